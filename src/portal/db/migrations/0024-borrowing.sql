-- Leases that are taken away from the network, and the order of those who wait for a seat.

-- Most days that a seat of the pool is lent for; 0 = not at all. Of floating pools alone.
alter table pool add column borrow_days integer not null default 14 check (borrow_days between 0 and 30);

-- A borrowed lease that is taken back keeps its place until its device hears of it or its time is over: what the device is then answered with.
alter table lease add column recall_code text;
alter table lease add column recall_detail text;
alter table lease add check (recall_code is null or kind = 'borrow');
-- A receipt names the lease alone.
create unique index lease_id on lease (id);

-- Who asked for a seat when none was free. Whoever asks again in time waits, and counts before those who asked later.
create table seat_queue (
  account_id uuid not null references account (id),
  id uuid not null,
  product_code text not null,
  -- Identity or cloud key.
  holder_id uuid not null,
  device_thumbprint text not null,
  -- Floating pools that would do.
  pool_ids uuid[] not null,
  asked_at timestamptz not null,
  -- When it was asked again last; null = never yet, so that it holds nobody up.
  seen_at timestamptz,
  primary key (account_id, id)
);
create unique index seat_queue_asker on seat_queue (account_id, holder_id, device_thumbprint, product_code);
call isolate_by_account('seat_queue');

-- For how long seats may be borrowed is the administrators' to say.
update role set permissions = array_append(permissions, 'seat:lend')
  where key = 'administrator' and not 'seat:lend' = any(permissions);
