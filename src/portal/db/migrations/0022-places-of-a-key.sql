-- A place of a standalone key keeps its term, and a device its limit of rebinds.

-- The activation that took this returned one's place, and the end of its term, over.
alter table activation add column successor_id uuid;
-- When the device registered other parts, newest last: those of a year count.
alter table activation add column rebound_at timestamptz[] not null default '{}';

-- The places of a key, while its row is locked.
create index activation_place on activation (account_id, key_id) where successor_id is null;
