-- The job title is searched, too. Words are made by the application (domain/search-words.ts), so the directory rows that were written without
-- it are listed here, and the worker of any node takes them off the list as it writes them again.
create table directory_stale (
  account_id uuid not null,
  contact_id uuid not null,
  primary key (account_id, contact_id),
  foreign key (account_id, contact_id) references contact (account_id, id) on delete cascade
);
call isolate_by_account('directory_stale');
revoke all on directory_stale from aldaba_account;

insert into directory_stale (account_id, contact_id)
  select account_id, id from contact where job_title <> '';
