-- What a rotation is proved by: how many tokens each key signed and until when they live, when it last signed, and when a
-- token of it was last seen. And fingerprints, by which a secret that somebody else has is known again.

alter table signing_keys
    -- From when on each of its tokens is counted. Servers of the version before go on signing for a while uncounted.
    add column counted_from timestamptz not null default now() + interval '1 hour',
    -- HMAC-SHA256 of the key under the platform's own fingerprint key; null until a server has filled it in.
    add column fingerprint bytea check (length(fingerprint) = 32);
create index signing_keys_fingerprint on signing_keys (fingerprint);

-- How many tokens a key signed, by the hour at whose end the last of them has expired.
create table key_use_hourly (
    tenant_id uuid not null,
    kid text collate "C" not null,
    expires_by timestamptz not null,
    issued bigint not null,
    primary key (tenant_id, kid, expires_by),
    foreign key (tenant_id, kid) references signing_keys (tenant_id, kid) on delete cascade
);
create index key_use_hourly_expiry on key_use_hourly (expires_by);

-- Apart from signing_keys, so that counting never waits for whoever changes a key.
create table key_use (
    tenant_id uuid not null,
    kid text collate "C" not null,
    last_issued_at timestamptz,
    last_seen_at timestamptz,
    primary key (tenant_id, kid),
    foreign key (tenant_id, kid) references signing_keys (tenant_id, kid) on delete cascade
);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['key_use_hourly', 'key_use']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = app_tenant()) '
                       'with check (tenant_id = app_tenant())', tenant_table);
        execute format('grant select, insert, update, delete on %I to lanyard_app', tenant_table);
    end loop;
end
$$;

-- The key under which fingerprints are made. It stays the same when master keys change, or nothing could be compared.
create table fingerprint_key (
    only_row bool primary key default true check (only_row),
    master_key_id text not null,
    sealed bytea not null
);
grant select, insert, update on fingerprint_key to lanyard_app;

-- Adds what keys signed, as arrays side by side; `last` is when each last did, in unix seconds. A batch that was added
-- before is left alone, as in add_usage.
create function add_key_use(of_process uuid, batch bigint, tenant_ids uuid[], kids text[], expiries bigint[],
                            counts bigint[], last bigint[]) returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    with fresh as (
        insert into usage_batches (process, number) values (of_process, batch)
        on conflict (process) do update set number = excluded.number, added_at = now()
            where usage_batches.number < excluded.number
        returning 1
    ), counted as (
        select signing_keys.tenant_id, signing_keys.kid, to_timestamp(expiry) as expires_by, issued,
               to_timestamp(issued_at) as issued_at
        from unnest(tenant_ids, kids, expiries, counts, last) as counts (tenant_id, kid, expiry, issued, issued_at)
        -- A deployment may have been deleted since, with its keys.
        join signing_keys on signing_keys.tenant_id = counts.tenant_id and signing_keys.kid = counts.kid
        where exists (select from fresh)
    ), hourly as (
        insert into key_use_hourly (tenant_id, kid, expires_by, issued)
        select tenant_id, kid, expires_by, issued from counted
        -- In one order, so that two nodes don't wait for each other.
        order by tenant_id, kid, expires_by
        on conflict (tenant_id, kid, expires_by) do update set issued = key_use_hourly.issued + excluded.issued
    )
    insert into key_use (tenant_id, kid, last_issued_at)
    select tenant_id, kid, max(issued_at) from counted group by tenant_id, kid order by tenant_id, kid
    on conflict (tenant_id, kid) do update
        set last_issued_at = greatest(key_use.last_issued_at, excluded.last_issued_at);
end;

-- Notes when tokens of keys were last seen, as arrays side by side, in unix seconds.
create function note_key_seen(tenant_ids uuid[], kids text[], seconds bigint[]) returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    insert into key_use (tenant_id, kid, last_seen_at)
    select signing_keys.tenant_id, signing_keys.kid, to_timestamp(max(second))
    from unnest(tenant_ids, kids, seconds) as seen (tenant_id, kid, second)
    join signing_keys on signing_keys.tenant_id = seen.tenant_id and signing_keys.kid = seen.kid
    group by signing_keys.tenant_id, signing_keys.kid
    order by signing_keys.tenant_id, signing_keys.kid
    on conflict (tenant_id, kid) do update
        set last_seen_at = greatest(key_use.last_seen_at, excluded.last_seen_at);
end;

-- Whether another tenant than this has the key. It doesn't say which, nor how many.
create function secret_in_use(wanted bytea, besides uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from signing_keys where fingerprint = wanted and tenant_id <> besides);

-- The tenants that have keys without a fingerprint.
create function tenants_without_fingerprints() returns setof uuid
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select distinct tenant_id from signing_keys where fingerprint is null order by 1;
end;

-- Forgets counts of tokens that have expired.
create function prune_key_use() returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    delete from key_use_hourly where expires_by < now() - interval '1 day';
end;

do $$
declare
    routine text;
begin
    foreach routine in array array['add_key_use(uuid, bigint, uuid[], text[], bigint[], bigint[], bigint[])',
                                   'note_key_seen(uuid[], text[], bigint[])', 'secret_in_use(bytea, uuid)',
                                   'tenants_without_fingerprints()', 'prune_key_use()']
    loop
        execute format('revoke execute on function %s from public', routine);
        execute format('grant execute on function %s to lanyard_app', routine);
    end loop;
end
$$;
