-- What the way back from a cut-over takes back, and which keys are secrets.

alter table deployments
    -- The key that the last cut-over ended, as long as no other has signed since: the only one that the way back lets sign
    -- again.
    add column cut_over_kid text collate "C";

alter table signing_keys
    -- Whether the row holds a secret or a private half. A public key is everybody's, so that two newsrooms have it says
    -- nothing.
    add column can_sign boolean not null default true;
-- Of these the rows don't tell: servers find out when they fill the fingerprints in again.
update signing_keys set fingerprint = null where algorithm not like 'HS%';

-- Whether another tenant can sign with the key. It doesn't say which, nor how many.
create or replace function secret_in_use(wanted bytea, besides uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from signing_keys where fingerprint = wanted and can_sign and tenant_id <> besides);

-- Rotations of all tenants that nobody came back to, nor works on at this moment: between asking Coral and noting its answer,
-- the new secret would be lost. `at` is in unix seconds.
create function due_coral_rotations(at bigint) returns table (tenant_id uuid, id uuid)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select coral_rotations.tenant_id, coral_rotations.id from coral_rotations
    where sealed is not null and token_until <= to_timestamp(at)
      and (state = 'interrupted' or leased_until <= to_timestamp(at))
    order by 1, 2;
end;
revoke execute on function due_coral_rotations(bigint) from public;
grant execute on function due_coral_rotations(bigint) to lanyard_app;
