-- Devices of a named seat are counted when it is taken, and its leases end with it. By device alone nobody asks.
drop index lease_device;
create index lease_seat on lease (account_id, seat_id) where ended_at is null and seat_id is not null;
