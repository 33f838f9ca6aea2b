-- The shared tables: accounts, identities, sessions, links, audit, mail, idempotency.
--
-- Two ways of working, see ../transaction.ts:
--   service  the owner of the tables; row-level security does not apply. Signing in, links, workers.
--   account  the role aldaba_account, which sees the rows of the account named by aldaba.account_id and nothing else.

do $$
begin
  create role aldaba_account nologin nobypassrls;
exception
  -- Roles belong to the whole server: another database, or another node at this moment, may have made it.
  when duplicate_object or unique_violation then null;
end
$$;
do $$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant aldaba_account to %I', current_user);
  end if;
end
$$;
grant usage on schema public to aldaba_account;
-- What later migrations create is reachable to the account role under the policies that they state.
alter default privileges in schema public grant select, insert, update, delete on tables to aldaba_account;
alter default privileges in schema public grant usage on sequences to aldaba_account;

-- The account of this transaction; null outside of one, so that every policy then denies.
create function current_account() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('aldaba.account_id', true), '')::uuid;

-- Turns row-level security on for a table that has the column account_id: one line in the migration that creates it.
create procedure isolate_by_account(target regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format(
    'create policy by_account on %s to aldaba_account using (account_id = (select current_account())) with check (account_id = (select current_account()))',
    target);
end
$$;

create table account (
  id uuid primary key,
  parent_id uuid references account (id),
  name text not null,
  -- Hours for which invitations and administrators' resets are good: 1 h to 30 d.
  link_hours integer not null default 72 check (link_hours between 1 and 720),
  created_at timestamptz not null
);
alter table account enable row level security;
create policy own_account on account to aldaba_account
  using (id = (select current_account())) with check (id = (select current_account()));

-- A person. Not owned by an account; an account sees those who are its members.
create table identity (
  id uuid primary key,
  email text not null,
  email_normalized text not null unique,
  name text not null,
  language text not null default 'es' check (language in ('es', 'en', 'pt')),
  home_account_id uuid not null references account (id),
  -- PHC string of Argon2id; null until the first password is set.
  password_hash text,
  has_password boolean generated always as (password_hash is not null) stored,
  password_set_at timestamptz,
  created_at timestamptz not null
);

create table role (
  account_id uuid not null references account (id),
  id uuid not null,
  -- Built-in role; null for an own one.
  key text,
  name text not null,
  permissions text[] not null,
  created_at timestamptz not null,
  primary key (account_id, id)
);
create unique index role_key on role (account_id, key) where key is not null;
call isolate_by_account('role');

create table membership (
  account_id uuid not null references account (id),
  identity_id uuid not null references identity (id),
  role_id uuid not null,
  owner boolean not null default false,
  -- The person came in by a link or an invitation. Active = accepted and not suspended.
  accepted_at timestamptz,
  suspended_at timestamptz,
  last_sign_in_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, identity_id),
  foreign key (account_id, role_id) references role (account_id, id)
);
create index membership_identity on membership (identity_id);
create index membership_role on membership (account_id, role_id);
create unique index membership_owner on membership (account_id) where owner;
call isolate_by_account('membership');

alter table identity enable row level security;
create policy members on identity for select to aldaba_account
  using (exists (select from membership m where m.account_id = (select current_account()) and m.identity_id = identity.id));
-- The account role never reads a password hash, and changes nothing of a person.
revoke all on identity from aldaba_account;
grant select (id, email, email_normalized, name, language, home_account_id, has_password, created_at) on identity to aldaba_account;

-- Finds the identity of an address or makes it, from within an account that cannot see other accounts' people.
create function identity_for(
  new_id uuid, address text, normalized text, person text, lang text, home uuid, at timestamptz
) returns uuid
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_id uuid;
begin
  insert into identity (id, email, email_normalized, name, language, home_account_id, created_at)
    values (new_id, address, normalized, person, lang, home, at)
    on conflict (email_normalized) do nothing
    returning id into found_id;
  if found_id is null then
    select id into found_id from identity where email_normalized = normalized;
  end if;
  return found_id;
end
$$;

create table contact (
  account_id uuid not null references account (id),
  id uuid not null,
  -- Null: somebody of the directory who has no way in.
  identity_id uuid references identity (id),
  email text not null,
  email_normalized text not null,
  first_name text not null,
  last_name text not null,
  phone text not null default '',
  job_title text not null default '',
  -- A mailbox that several people use: never an administrator.
  shared boolean not null default false,
  receives_notifications boolean not null default true,
  language text not null default 'es' check (language in ('es', 'en', 'pt')),
  revision integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, email_normalized)
);
create unique index contact_identity on contact (account_id, identity_id) where identity_id is not null;
call isolate_by_account('contact');

create table invitation (
  account_id uuid not null references account (id),
  id uuid not null,
  kind text not null check (kind in ('activate', 'join', 'associate')),
  state text not null default 'pending'
    check (state in ('pending', 'accepted', 'declined', 'revoked', 'expired', 'superseded')),
  email text not null,
  email_normalized text not null,
  identity_id uuid references identity (id),
  contact_id uuid,
  role_id uuid not null,
  invited_by uuid references identity (id),
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  -- Mails since resends_since, for the limit of five a day.
  resends integer not null default 0,
  resends_since timestamptz not null,
  answered_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, contact_id) references contact (account_id, id) on delete cascade,
  foreign key (account_id, role_id) references role (account_id, id)
);
create unique index invitation_pending on invitation (account_id, email_normalized) where state = 'pending';
create index invitation_contact on invitation (account_id, contact_id);
call isolate_by_account('invitation');

-- A link that sets a password. The token is derived (../../auth/link-token.ts); only its SHA-256 is kept.
create table password_link (
  account_id uuid not null references account (id),
  id uuid not null,
  identity_id uuid not null references identity (id),
  purpose text not null check (purpose in ('activate', 'reset')),
  token_hash bytea not null unique,
  -- Null: asked for by the person.
  requested_by uuid references identity (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  primary key (account_id, id)
);
create index password_link_identity on password_link (identity_id) where used_at is null and revoked_at is null;
call isolate_by_account('password_link');

-- Addresses that asked for a link, known or not: answered by the worker, away from the request.
create table link_request (
  id uuid primary key,
  email_normalized text not null,
  language text,
  next_attempt_at timestamptz not null,
  attempts integer not null default 0,
  created_at timestamptz not null
);
create index link_request_due on link_request (next_attempt_at);
revoke all on link_request from aldaba_account;

-- A device that signed in: by a person (identity_id) or with a cloud key (key_id).
create table session (
  id uuid primary key,
  identity_id uuid references identity (id),
  key_id uuid,
  -- The company entered.
  account_id uuid not null references account (id),
  -- RFC 7638 thumbprint and JWK x of the key that every request proves.
  device_thumbprint text not null,
  device_key text not null,
  device_name text not null,
  platform text not null,
  components jsonb not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  idle_until timestamptz not null,
  expires_at timestamptz not null,
  -- Last time the password was given in this session: step-up.
  confirmed_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in ('signed-out', 'ended', 'replay', 'password-set', 'suspended', 'deleted', 'replaced')),
  check ((identity_id is null) <> (key_id is null))
);
create index session_identity on session (identity_id) where ended_at is null;
create index session_account on session (account_id, identity_id) where ended_at is null;
create index session_key on session (key_id, device_thumbprint) where ended_at is null and key_id is not null;
create index session_ended on session (ended_at) where ended_at is not null;
call isolate_by_account('session');
revoke insert, delete on session from aldaba_account;

create table refresh_token (
  token_hash bytea primary key,
  session_id uuid not null references session (id) on delete cascade,
  created_at timestamptz not null,
  -- Set when it was rotated, together with the hash of its successor.
  rotated_at timestamptz,
  next_hash bytea
);
create index refresh_token_session on refresh_token (session_id);
revoke all on refresh_token from aldaba_account;

create table access_token (
  token_hash bytea primary key,
  session_id uuid not null references session (id) on delete cascade,
  expires_at timestamptz not null
);
create index access_token_expiry on access_token (expires_at);
create index access_token_session on access_token (session_id);
revoke all on access_token from aldaba_account;

-- The choice among the companies of a person who gave the right password.
create table account_ticket (
  token_hash bytea primary key,
  identity_id uuid not null references identity (id),
  device jsonb not null,
  device_thumbprint text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index account_ticket_expiry on account_ticket (expires_at);
revoke all on account_ticket from aldaba_account;

-- Wrong passwords by identity and by address: counted before the password is checked, see ../../auth/guessing.ts.
create table guess (
  key text primary key,
  failures integer not null,
  blocked_until timestamptz not null,
  updated_at timestamptz not null
);
create index guess_updated on guess (updated_at);
revoke all on guess from aldaba_account;

-- Counters of rate-limiter-flexible; the names of the columns are its own.
create table rate_limit (
  key text primary key,
  points integer not null,
  expire timestamptz
);
create index rate_limit_expire on rate_limit (expire);
revoke all on rate_limit from aldaba_account;

-- One chain per account: each row's hash covers the hash before it. Grows by month, see ensure_month_partitions.
create table audit_chain (
  account_id uuid primary key references account (id),
  seq bigint not null,
  hash bytea not null
);
call isolate_by_account('audit_chain');

create table audit (
  account_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  action text not null,
  actor jsonb not null,
  subject jsonb,
  before jsonb,
  after jsonb,
  address text,
  device text,
  request_id text,
  hash bytea not null,
  primary key (account_id, seq, at)
) partition by range (at);
create table audit_other partition of audit default;
revoke all on audit_other from aldaba_account;
create index audit_at on audit (account_id, at);
call isolate_by_account('audit');

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'table % is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_append_only before update or delete on audit for each row execute function refuse_change();
create trigger audit_no_truncate before truncate on audit for each statement execute function refuse_change();
revoke update, delete on audit from aldaba_account;

-- Makes the partitions of `parent` for the month of `at` and the following ones. Rows of other months go to <parent>_other.
create procedure ensure_month_partitions(parent regclass, at timestamptz, ahead integer)
  language plpgsql as $$
declare
  first timestamptz;
  child text;
begin
  for step in 0..ahead loop
    first := (date_trunc('month', at at time zone 'UTC') + make_interval(months => step)) at time zone 'UTC';
    child := format('%s_%s', parent, to_char(first at time zone 'UTC', 'YYYY_MM'));
    if to_regclass(child) is null then
      execute format('create table %s partition of %s for values from (%L) to (%L)',
        child, parent, first, ((first at time zone 'UTC') + interval '1 month') at time zone 'UTC');
      -- Reached through the parent and its policy alone.
      execute format('revoke all on %s from aldaba_account', child);
    end if;
  end loop;
end
$$;

-- Mail to be sent, written in the transaction that causes it. No token in it: the worker derives it from data.linkId.
create table mail (
  id uuid primary key,
  account_id uuid not null references account (id),
  recipient text not null,
  template text not null,
  language text not null check (language in ('es', 'en', 'pt')),
  data jsonb not null,
  created_at timestamptz not null,
  next_attempt_at timestamptz not null,
  attempts integer not null default 0,
  sent_at timestamptz,
  failed_at timestamptz,
  last_error text
);
create index mail_due on mail (next_attempt_at) where sent_at is null and failed_at is null;
create index mail_account on mail (account_id, created_at);
call isolate_by_account('mail');
revoke update, delete on mail from aldaba_account;

-- Answers to requests that carry an idempotency key, for a day.
create table idempotency (
  account_id uuid not null references account (id),
  -- Who asked: identity, key or device.
  owner text not null,
  key uuid not null,
  operation text not null,
  request_hash bytea not null,
  response jsonb not null,
  created_at timestamptz not null,
  primary key (account_id, owner, key)
);
create index idempotency_age on idempotency (created_at);
call isolate_by_account('idempotency');
