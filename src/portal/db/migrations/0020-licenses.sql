-- Products, releases, pools, seats, leases, keys and activations.

-- What the vendor sells, the same for every account. A suite is a product that contains others.
create table product (
  code text primary key check (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  summary text not null default '',
  created_at timestamptz not null
);
revoke insert, update, delete on product from aldaba_account;

create table suite_product (
  suite_code text not null references product (code),
  product_code text not null references product (code),
  primary key (suite_code, product_code)
);
create index suite_product_member on suite_product (product_code);
revoke insert, update, delete on suite_product from aldaba_account;

-- A published file. Its bytes are kept under its SHA-256, see ../../releases/release-store.ts.
create table release (
  id uuid primary key,
  product_code text not null references product (code),
  version text not null,
  platform text not null check (platform in ('windows', 'macos', 'linux')),
  channel text not null check (channel in ('stable', 'preview')),
  file_name text not null,
  size bigint not null check (size >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  signature text not null,
  chain text[] not null,
  notes text not null default '',
  published_at timestamptz not null,
  unique (product_code, version, platform, channel)
);
revoke insert, update, delete on release from aldaba_account;

-- An address good for one file and a short time. Only the token's SHA-256 is kept.
create table download_link (
  account_id uuid not null references account (id),
  token_hash bytea primary key,
  release_id uuid not null references release (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index download_link_expiry on download_link (expires_at);
call isolate_by_account('download_link');

-- Seats that an account bought.
create table pool (
  account_id uuid not null references account (id),
  id uuid not null,
  product_code text not null references product (code),
  kind text not null check (kind in ('named', 'floating')),
  total integer not null check (total >= 0),
  -- Seats beyond total that may run (floating); leases that use one are marked.
  overage integer not null default 0 check (overage >= 0),
  -- Devices on which the holder of a named seat may have the right at the same time.
  devices_per_seat integer not null default 5 check (devices_per_seat > 0),
  features text[] not null default '{}',
  version_from text,
  version_to text,
  starts_at timestamptz not null,
  ends_at timestamptz,
  buy_url text not null default '',
  created_at timestamptz not null,
  primary key (account_id, id)
);
create index pool_product on pool (account_id, product_code);
call isolate_by_account('pool');

-- A seat of a named pool that somebody has. The pool's row is locked while seats are counted.
create table seat (
  account_id uuid not null,
  id uuid not null,
  pool_id uuid not null,
  contact_id uuid not null,
  assigned_at timestamptz not null,
  -- Identity; null for the portal itself.
  assigned_by uuid,
  primary key (account_id, id),
  unique (account_id, pool_id, contact_id),
  foreign key (account_id, pool_id) references pool (account_id, id),
  foreign key (account_id, contact_id) references contact (account_id, id) on delete cascade
);
create index seat_contact on seat (account_id, contact_id);
call isolate_by_account('seat');

-- A key that is its own credential. The key itself is not kept: key_hash is its SHA-256, prefix what is shown.
create table license_key (
  account_id uuid not null references account (id),
  id uuid not null,
  kind text not null check (kind in ('cloud', 'standalone')),
  key_hash bytea not null unique,
  prefix text not null,
  label text not null default '',
  -- cloud: devices that may be signed in with it at once, null = any number. standalone: devices that may be activated.
  device_limit integer check (device_limit > 0),
  -- When the key, and every license made from it, ends; null = never.
  ends_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null,
  -- The rest is of standalone keys.
  product_code text references product (code),
  features text[] not null default '{}',
  version_from text,
  version_to text,
  -- A license runs this many days from its activation; null = to ends_at.
  term_days integer check (term_days > 0),
  grace_days integer not null default 14 check (grace_days between 0 and 90),
  primary key (account_id, id),
  check (kind = 'cloud' or (product_code is not null and device_limit is not null))
);
call isolate_by_account('license_key');

-- Pools from which a cloud key may take seats.
create table license_key_pool (
  account_id uuid not null,
  key_id uuid not null,
  pool_id uuid not null,
  primary key (account_id, key_id, pool_id),
  foreign key (account_id, key_id) references license_key (account_id, id) on delete cascade,
  foreign key (account_id, pool_id) references pool (account_id, id) on delete cascade
);
call isolate_by_account('license_key_pool');

-- Who runs what. Renewed every few minutes, so no index holds a column that a renewal changes, and pages keep room:
-- the new version of the row then stays on its page (heap-only tuple).
create table lease (
  account_id uuid not null,
  id uuid not null,
  pool_id uuid not null,
  product_code text not null,
  kind text not null check (kind in ('lease', 'offline-pass', 'borrow')),
  -- Named: the seat. Not a foreign key: the seat goes, what happened stays.
  seat_id uuid,
  -- Who: a person or a cloud key.
  identity_id uuid,
  key_id uuid,
  holder_id uuid generated always as (coalesce(identity_id, key_id)) stored,
  session_id uuid,
  -- The person's name when it began; empty for a key.
  holder_name text not null,
  device_thumbprint text not null,
  device_name text not null,
  version text not null,
  features text[] not null,
  -- Taken beyond the pool's total.
  overage boolean not null default false,
  seq bigint not null default 0,
  acquired_at timestamptz not null,
  renewed_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  -- Code that the holder's next renewal is answered with.
  end_code text,
  -- What an administrator wrote, shown to the holder.
  end_detail text,
  primary key (account_id, id),
  foreign key (account_id, pool_id) references pool (account_id, id),
  check ((identity_id is null) <> (key_id is null)),
  check ((ended_at is null) = (end_code is null))
) with (fillfactor = 70);
create unique index lease_running on lease (account_id, pool_id, holder_id, device_thumbprint, product_code)
  where ended_at is null;
create index lease_device on lease (account_id, device_thumbprint) where ended_at is null;
create index lease_holder on lease (account_id, holder_id) where ended_at is null;
create index lease_session on lease (session_id) where ended_at is null;
create index lease_ended on lease (ended_at) where ended_at is not null;
call isolate_by_account('lease');

-- Every lease that ended, by month.
create table lease_history (
  account_id uuid not null,
  ended_at timestamptz not null,
  id uuid not null,
  pool_id uuid not null,
  product_code text not null,
  kind text not null,
  identity_id uuid,
  key_id uuid,
  device_thumbprint text not null,
  version text not null,
  overage boolean not null,
  acquired_at timestamptz not null,
  renewed_at timestamptz not null,
  end_code text not null,
  primary key (account_id, ended_at, id)
) partition by range (ended_at);
create table lease_history_other partition of lease_history default;
revoke all on lease_history_other from aldaba_account;
revoke update, delete on lease_history from aldaba_account;
call isolate_by_account('lease_history');

create function write_lease_history() returns trigger language plpgsql as $$
begin
  insert into lease_history (account_id, ended_at, id, pool_id, product_code, kind, identity_id, key_id, device_thumbprint,
      version, overage, acquired_at, renewed_at, end_code)
    values (new.account_id, new.ended_at, new.id, new.pool_id, new.product_code, new.kind, new.identity_id, new.key_id,
      new.device_thumbprint, new.version, new.overage, new.acquired_at, new.renewed_at, new.end_code);
  return null;
end
$$;
-- Fires for statements that set ended_at, so a renewal does not pay for it.
create trigger lease_ended after update of ended_at on lease for each row
  when (old.ended_at is null and new.ended_at is not null) execute function write_lease_history();

-- A standalone license on a device.
create table activation (
  account_id uuid not null,
  id uuid not null,
  key_id uuid not null,
  product_code text not null references product (code),
  device_thumbprint text not null,
  device_name text not null,
  platform text not null check (platform in ('windows', 'macos', 'linux')),
  -- Salted hashes, as the device gave them, with their salt.
  components jsonb not null,
  salt text not null,
  activated_at timestamptz not null,
  -- Null = perpetual.
  expires_at timestamptz,
  -- Sequence of the license last signed for it.
  seq integer not null default 0,
  ended_at timestamptz,
  primary key (account_id, id),
  foreign key (account_id, key_id) references license_key (account_id, id)
);
create unique index activation_running on activation (account_id, key_id, device_thumbprint) where ended_at is null;
-- A receipt names the activation alone.
create unique index activation_id on activation (id);
call isolate_by_account('activation');
