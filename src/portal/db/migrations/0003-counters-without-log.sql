-- Counters of wrong passwords and of requests are written at every attempt and matter for minutes: they do without the write-ahead log, so that
-- counting waits for no disk. After a crash of the database, or on a replica that takes over, they begin at zero.
alter table guess set unlogged;
alter table rate_limit set unlogged;
