-- What an account may ask and do about people whom it invites, beyond what row-level security shows it.

-- Counts the invitations of a day.
create index invitation_created on invitation (account_id, created_at);

-- The person of an address, made when new, and whether they have a password: then they join, otherwise they activate. Known before
-- they are a member, when row-level security still hides them.
create function invitee(
  new_id uuid, address text, normalized text, person text, lang text, home uuid, at timestamptz
) returns table (id uuid, has_password boolean)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_id uuid := identity_for(new_id, address, normalized, person, lang, home, at);
begin
  return query select i.id, i.has_password from identity i where i.id = found_id;
end
$$;

-- A person is called as their home company calls them; another company only changes its own contact.
create function rename_member(member uuid, person text) returns void
  language sql security definer set search_path = public, pg_temp as $$
  update identity set name = person where id = member and home_account_id = current_account() and name <> person
$$;

-- Whether who invited somebody last may still give that role: they are active and lack none of its permissions. An invitation by
-- the portal itself stands. Asked when an invitation is accepted.
create function invitation_stands(of_account uuid, invited uuid) returns boolean
  language sql stable set search_path = public, pg_temp as $$
  select coalesce((
    select v.invited_by is null or exists (
      select from membership inviter
      join role own on own.account_id = inviter.account_id and own.id = inviter.role_id
      join membership m on m.account_id = of_account and m.identity_id = invited
      join role given on given.account_id = m.account_id and given.id = m.role_id
      where inviter.account_id = of_account and inviter.identity_id = v.invited_by
        and inviter.accepted_at is not null and inviter.suspended_at is null
        and (inviter.owner or given.permissions <@ own.permissions))
    from invitation v
    where v.account_id = of_account and v.identity_id = invited
    order by v.created_at desc, v.id desc limit 1
  ), true)
$$;
create index invitation_identity on invitation (account_id, identity_id);
