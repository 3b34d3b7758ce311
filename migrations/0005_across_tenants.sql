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

do $$
declare
    routine text;
begin
    foreach routine in array array['sealed_counts()', 'tenants_sealed_otherwise(text)']
    loop
        execute format('revoke execute on function %s from public', routine);
        execute format('grant execute on function %s to lanyard_app', routine);
    end loop;
end
$$;
