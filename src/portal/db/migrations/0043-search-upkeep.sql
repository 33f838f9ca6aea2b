-- A search counts by reading directory_word's index alone, as long as the visibility map says that nobody changed the page: a page that
-- was changed costs a look at each of its rows. By default a server tidies up after a fifth of the table changed, which in a directory of
-- 100,000 contacts is 20,000 people; with this after one in a hundred. The embedded database has no such worker.
alter table directory_word set (
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_insert_scale_factor = 0.01
);
