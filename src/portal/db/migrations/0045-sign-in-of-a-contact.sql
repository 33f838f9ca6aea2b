-- A sign-in changes one instant of the directory, and nothing that words or counts are made of. Projecting it like a change of role cost
-- more than the rest of the sign-in's statement.

create function membership_updated() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  -- What state and role of a contact are made of; see directory_facts.
  if exists (
    select account_id, identity_id, role_id, accepted_at, suspended_at from changed
    except select account_id, identity_id, role_id, accepted_at, suspended_at from former
  ) then
    perform project_directory(changed.account_id, array_agg(c.id))
    from changed
    join contact c on c.account_id = changed.account_id and c.identity_id = changed.identity_id
    group by changed.account_id;
  else
    update directory d set last_sign_in_at = coalesce(changed.last_sign_in_at, '-infinity')
    from changed
    join contact c on c.account_id = changed.account_id and c.identity_id = changed.identity_id
    where d.account_id = changed.account_id and d.contact_id = c.id
      and d.last_sign_in_at <> coalesce(changed.last_sign_in_at, '-infinity');
  end if;
  return null;
end
$$;
drop trigger membership_updated on membership;
create trigger membership_updated after update on membership
  referencing old table as former new table as changed for each statement execute function membership_updated();

create or replace function directory_updated() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  -- "except" compares ten thousand rows by hashing, whatever plan was kept.
  if not exists (
    select account_id, contact_id, search_text, role_id, state from new_rows
    except select account_id, contact_id, search_text, role_id, state from old_rows
  ) then
    return null;
  end if;
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
