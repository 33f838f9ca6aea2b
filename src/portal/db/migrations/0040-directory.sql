-- The directory: one row per contact, in the form in which the contacts table is sorted, filtered and searched.
--
-- The keys (name_key, email_key, search_text) are computed by the application when it writes a contact. Role, state and last sign-in
-- follow membership and invitation by triggers, whoever changes those. Words and counts follow the directory by triggers.
-- So a page, its exact total and its exact position each cost a bounded index scan, at any size of the company.

create table directory (
  account_id uuid not null,
  contact_id uuid not null,
  -- Last name, first name; orders as Spanish does under the byte order (domain/sort-key.ts).
  name_key text collate "C" not null,
  email_key text collate "C" not null,
  -- A contact without membership only receives notifications.
  role_id uuid not null,
  -- Built-in roles by their rank, then own ones by name; see role_key().
  role_key text collate "C" not null,
  state text collate "C" not null check (state in ('no-access', 'invited', 'expired', 'active', 'suspended')),
  created_at timestamptz not null,
  last_sign_in_at timestamptz not null default '-infinity',
  -- Sorted unique words (domain/search-words.ts), each after a space.
  search_text text not null,
  primary key (account_id, contact_id),
  foreign key (account_id, contact_id) references contact (account_id, id) on delete cascade,
  foreign key (account_id, role_id) references role (account_id, id)
);
create index directory_name on directory (account_id, name_key, contact_id);
create index directory_email on directory (account_id, email_key, contact_id);
create index directory_role on directory (account_id, role_key, name_key, contact_id);
create index directory_role_id on directory (account_id, role_id);
create index directory_state on directory (account_id, state, name_key, contact_id);
create index directory_created on directory (account_id, created_at, contact_id);
create index directory_last_sign_in on directory (account_id, last_sign_in_at, contact_id);
call isolate_by_account('directory');

-- Finds the invitations whose time is over.
create index invitation_due on invitation (account_id, expires_at) where state = 'pending';

-- One row per contact and word. `shared` is how many characters the word has in common with the word before it among the contact's
-- sorted words. Of the words of a contact that begin with p exactly the first one has shared < length(p),
-- so that counting contacts by prefix needs no "distinct". With role and state beside it a filtered search is counted here, too.
create table directory_word (
  account_id uuid not null,
  word text collate "C" not null,
  contact_id uuid not null,
  shared smallint not null,
  role_id uuid not null,
  state text not null,
  primary key (account_id, word, contact_id) include (shared, role_id, state)
);
call isolate_by_account('directory_word');

-- How many contacts have which role and state: the sum of n. Changes add rows and never wait for one another;
-- count_directory() folds the rows together from time to time.
create table directory_count (
  account_id uuid not null,
  role_id uuid not null,
  state text not null,
  n bigint not null
);
create index directory_count_account on directory_count (account_id);
call isolate_by_account('directory_count');

create function role_key(key text, name text, id uuid) returns text
  language sql immutable parallel safe
  return coalesce(
    array_position(
      array['owner', 'administrator', 'finance', 'license-manager', 'license-installer', 'auditor', 'notifications-only'],
      key)::text,
    '9') || lower(name) || id::text;

-- What the rest of the database says of each contact. An invitation is turned to `expired` at its end by the application's clock.
create view directory_facts with (security_invoker = true) as
  select c.account_id, c.id as contact_id, r.id as role_id, role_key(r.key, r.name, r.id) as role_key,
    case
      when m.suspended_at is not null then 'suspended'
      when m.identity_id is null or r.permissions <@ array['notification:receive'] then 'no-access'
      when m.accepted_at is not null then 'active'
      when exists (select from invitation i
        where i.account_id = c.account_id and i.contact_id = c.id and i.state = 'pending') then 'invited'
      else 'expired'
    end as state,
    coalesce(m.last_sign_in_at, '-infinity') as last_sign_in_at
  from contact c
  left join membership m on m.account_id = c.account_id and m.identity_id = c.identity_id
  join role r on r.account_id = c.account_id
    and case when m.role_id is null then r.key = 'notifications-only' else r.id = m.role_id end;

create function project_directory(of_account uuid, contacts uuid[]) returns void
  language sql set search_path = public, pg_temp as $$
  -- First the lock, then the facts: the second statement sees what whoever held the lock has committed.
  select from directory where account_id = of_account and contact_id = any (contacts) order by contact_id for update;
  update directory d
  set role_id = f.role_id, role_key = f.role_key, state = f.state, last_sign_in_at = f.last_sign_in_at
  from directory_facts f
  where d.account_id = of_account and d.contact_id = any (contacts)
    and f.account_id = of_account and f.contact_id = d.contact_id
    and (d.role_id, d.role_key, d.state, d.last_sign_in_at)
      is distinct from (f.role_id, f.role_key, f.state, f.last_sign_in_at)
$$;

create function membership_changed() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  perform project_directory(changed.account_id, array_agg(c.id))
  from changed
  join contact c on c.account_id = changed.account_id and c.identity_id = changed.identity_id
  group by changed.account_id;
  return null;
end
$$;
create trigger membership_inserted after insert on membership
  referencing new table as changed for each statement execute function membership_changed();
create trigger membership_updated after update on membership
  referencing new table as changed for each statement execute function membership_changed();
create trigger membership_deleted after delete on membership
  referencing old table as changed for each statement execute function membership_changed();

create function invitation_changed() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  perform project_directory(changed.account_id, array_agg(changed.contact_id))
  from changed
  where changed.contact_id is not null
  group by changed.account_id;
  return null;
end
$$;
create trigger invitation_inserted after insert on invitation
  referencing new table as changed for each statement execute function invitation_changed();
create trigger invitation_updated after update on invitation
  referencing new table as changed for each statement execute function invitation_changed();

create function role_changed() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  perform project_directory(d.account_id, array_agg(d.contact_id))
  from changed
  join directory d on d.account_id = changed.account_id and d.role_id = changed.id
  group by d.account_id;
  return null;
end
$$;
create trigger role_updated after update on role
  referencing new table as changed for each statement execute function role_changed();

-- Characters that two words begin with alike.
create function shared_prefix(a text, b text) returns smallint
  language plpgsql immutable strict parallel safe as $$
declare
  n integer := 0;
begin
  while n < length(a) and n < length(b) and substr(a, n + 1, 1) = substr(b, n + 1, 1) loop
    n := n + 1;
  end loop;
  return n;
end
$$;

create function words_of(search_text text) returns table (word text, shared smallint)
  language sql immutable parallel safe as $$
  select w.word, coalesce(shared_prefix(lag(w.word) over (order by w.position), w.word), 0)::smallint
  from unnest(string_to_array(ltrim(search_text, ' '), ' ')) with ordinality w(word, position)
$$;

-- Folds the rows of an account together when there are many. One at a time; the others do not wait.
create function fold_directory_count(of_account uuid) returns void
  language plpgsql set search_path = public, pg_temp as $$
begin
  if (select count(*) from directory_count where account_id = of_account) > 64
    and pg_try_advisory_xact_lock(hashtextextended('directory_count ' || of_account, 0)) then
    with old as (
      delete from directory_count where account_id = of_account returning role_id, state, n
    )
    insert into directory_count (account_id, role_id, state, n)
      select of_account, role_id, state, sum(n) from old group by role_id, state having sum(n) <> 0;
  end if;
end
$$;

create function directory_inserted() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  insert into directory_word (account_id, word, contact_id, shared, role_id, state)
    select r.account_id, w.word, r.contact_id, w.shared, r.role_id, r.state from new_rows r, words_of(r.search_text) w;
  insert into directory_count (account_id, role_id, state, n)
    select account_id, role_id, state, count(*) from new_rows group by account_id, role_id, state;
  perform fold_directory_count(account_id) from (select distinct account_id from new_rows) changed;
  return null;
end
$$;
create trigger directory_inserted after insert on directory
  referencing new table as new_rows for each statement execute function directory_inserted();

create function directory_deleted() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  -- "offset 0" keeps the words together: looked for by contact alone, each would be a walk through the whole index.
  delete from directory_word d using (
    select r.account_id, r.contact_id, w.word from old_rows r, words_of(r.search_text) w offset 0
  ) gone
  where d.account_id = gone.account_id and d.word = gone.word and d.contact_id = gone.contact_id;
  insert into directory_count (account_id, role_id, state, n)
    select account_id, role_id, state, -count(*) from old_rows group by account_id, role_id, state;
  perform fold_directory_count(account_id) from (select distinct account_id from old_rows) changed;
  return null;
end
$$;
create trigger directory_deleted after delete on directory
  referencing old table as old_rows for each statement execute function directory_deleted();

create function directory_updated() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  -- Executed as text, so that each is planned for as many rows as there are now: a kept plan, made for one row, would compare
  -- each of ten thousand with each.
  execute '
    delete from directory_word d using (
      select account_id, contact_id, w.word
      from old_rows o join new_rows n using (account_id, contact_id), words_of(o.search_text) w
      where (o.search_text, o.role_id, o.state) is distinct from (n.search_text, n.role_id, n.state)
      offset 0
    ) gone
    where d.account_id = gone.account_id and d.word = gone.word and d.contact_id = gone.contact_id';
  execute '
    insert into directory_word (account_id, word, contact_id, shared, role_id, state)
      select n.account_id, w.word, n.contact_id, w.shared, n.role_id, n.state
      from old_rows o join new_rows n using (account_id, contact_id), words_of(n.search_text) w
      where (o.search_text, o.role_id, o.state) is distinct from (n.search_text, n.role_id, n.state)';
  insert into directory_count (account_id, role_id, state, n)
    select account_id, role_id, state, sum(change)
    from (
      select account_id, role_id, state, 1 as change from new_rows
      union all
      select account_id, role_id, state, -1 from old_rows
    ) changed
    group by account_id, role_id, state having sum(change) <> 0;
  perform fold_directory_count(account_id) from (select distinct account_id from new_rows) changed;
  return null;
end
$$;
create trigger directory_updated after update on directory
  referencing old table as old_rows new table as new_rows for each statement execute function directory_updated();
