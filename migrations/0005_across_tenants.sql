-- More reads across tenants, as in 0002: each answers no more than its name says.

-- How many secrets each master key seals, by kind.
create function sealed_counts() returns table (kind text, master_key_id text, rows bigint)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select 'signing_key', signing_keys.master_key_id, count(*) from signing_keys group by 2
    union all
    select 'idempotency_key', idempotency_keys.master_key_id, count(*) from idempotency_keys group by 2
    union all
    select 'account_idempotency_key', account_idempotency_keys.master_key_id, count(*)
    from account_idempotency_keys group by 2
    union all
    select 'totp', totp_master_key_id, count(*) from accounts where totp_master_key_id is not null group by 2
    union all
    select 'mail', outbox.master_key_id, count(*) from outbox group by 2
    order by 1, 2;
end;

-- The tenants that have secrets which another master key than this seals.
create function tenants_sealed_otherwise(wanted text) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select tenant_id from signing_keys where master_key_id <> wanted
    union
    select tenant_id from idempotency_keys where master_key_id <> wanted
    order by 1;
end;

-- Tenants by slug from after one, for whoever runs the platform; what is null doesn't matter.
create function platform_tenants(search text, wanted_status text, after_slug text, most bigint)
    returns table (id uuid, slug text, name text, status text, suspended_reason text, created_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select tenants.id, tenants.slug, tenants.name, tenants.status, tenants.suspended_reason, tenants.created_at
    from tenants
    where (after_slug is null or tenants.slug > after_slug collate "C")
      and (wanted_status is null or tenants.status = wanted_status)
      and (search is null or strpos(tenants.slug, lower(search)) > 0 or strpos(lower(tenants.name), lower(search)) > 0)
    order by tenants.slug limit most;
end;

-- What the requests of all tenants came to, by kind and outcome.
create function usage_by_operation(since timestamptz, until timestamptz)
    returns table (operation text, reason text, count bigint)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select usage_hourly.operation, usage_hourly.reason, sum(usage_hourly.count)::bigint
    from usage_hourly where hour >= since and hour < until group by 1, 2 order by 1, 2;
end;

-- The tenants with the most requests.
create function usage_by_tenant(since timestamptz, until timestamptz, most bigint)
    returns table (slug text, count bigint, refused bigint)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select tenants.slug, sum(usage_hourly.count)::bigint,
           coalesce(sum(usage_hourly.count) filter (where usage_hourly.reason <> 'ok'), 0)::bigint
    from usage_hourly join tenants on tenants.id = usage_hourly.tenant_id
    where hour >= since and hour < until group by tenants.slug order by 2 desc, 1 limit most;
end;

do $$
declare
    routine text;
begin
    foreach routine in array array['sealed_counts()', 'tenants_sealed_otherwise(text)',
                                   'platform_tenants(text, text, text, bigint)',
                                   'usage_by_operation(timestamptz, timestamptz)',
                                   'usage_by_tenant(timestamptz, timestamptz, bigint)']
    loop
        execute format('revoke execute on function %s from public', routine);
        execute format('grant execute on function %s to lanyard_app', routine);
    end loop;
end
$$;
