-- A person has one open session per device.
create unique index session_person_device on session (identity_id, device_thumbprint)
  where ended_at is null and identity_id is not null;
drop index session_key;
create unique index session_key_device on session (key_id, device_thumbprint)
  where ended_at is null and key_id is not null;
