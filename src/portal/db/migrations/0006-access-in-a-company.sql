-- An access token is good in the company that it was issued in: one that is issued while its session goes to another, unseen by whoever
-- deletes those of before, opens nothing there. Those that are under way are renewed by their devices.
delete from access_token;
alter table access_token add column account_id uuid not null;
