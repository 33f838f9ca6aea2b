-- A choice among companies was earned with a password, and is over when that one is not the person's any more.
alter table account_ticket add column password_hash text;
