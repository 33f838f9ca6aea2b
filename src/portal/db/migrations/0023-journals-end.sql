-- Where an account's chain begins, once months of it are gone: sequence and hash of the last entry that went; null = nothing went.
alter table audit_chain add column base_seq bigint;
alter table audit_chain add column base_hash bytea;
