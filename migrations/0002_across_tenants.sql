-- The few reads across tenants. They run with the rights of the owner, so each answers no more than its name says.

-- A tenant's id by its slug: what a URL names.
create function tenant_id_by_slug(wanted text) returns uuid
    language sql stable security definer set search_path = public, pg_temp
    return (select id from tenants where slug = wanted);

-- Which of these tenants are newer than what a node holds, as two arrays side by side.
create function changed_tenants(known_ids uuid[], known_versions bigint[]) returns table (id uuid, version bigint)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select tenants.id, tenants.version
    from unnest(known_ids, known_versions) as known (id, version)
    join tenants on tenants.id = known.id
    where tenants.version <> known.version;
end;

-- All tenants, for the operator's list.
create function all_tenants() returns table (id uuid, slug text, name text, status text, created_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select id, slug, name, status, created_at from tenants order by slug;
end;

-- Who has an issuer.
create function issuer_holder(wanted text) returns text
    language sql stable security definer set search_path = public, pg_temp
    return (select slug from issuers join tenants on tenants.id = issuers.tenant_id where issuer = wanted);

-- One sealed key for each master key in use, to try whether it opens.
create function sealed_samples() returns table (tenant_id uuid, kid text, master_key_id text, sealed bytea)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select distinct on (signing_keys.master_key_id)
           signing_keys.tenant_id, signing_keys.kid, signing_keys.master_key_id, signing_keys.sealed
    from signing_keys order by signing_keys.master_key_id;
end;

-- Forgets revocations that nothing alive needs, up to `most` at a time, and tells how many. By the database's clock: a
-- node whose own is ahead would forget for all.
create function prune_revocations(most int) returns bigint
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    with dead as (
        delete from revocations
        where (tenant_id, kind, subject) in (
            select tenant_id, kind, subject from revocations
            where expires_at < extract(epoch from now())::bigint limit most for update skip locked
        )
        returning 1
    )
    select count(*) from dead;
end;

do $$
declare
    routine text;
begin
    foreach routine in array array['tenant_id_by_slug(text)', 'changed_tenants(uuid[], bigint[])', 'all_tenants()',
                                   'issuer_holder(text)', 'sealed_samples()',
                                   'prune_revocations(int)']
    loop
        execute format('revoke execute on function %s from public', routine);
        execute format('grant execute on function %s to lanyard_app', routine);
    end loop;
end
$$;
