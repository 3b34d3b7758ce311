-- What the management API needs beside what the broker had: settings with versions, quotas, scopes, usage, nodes.

alter table tenants
    -- Moves with the tenant's own settings, where `version` moves with everything.
    add column settings_version bigint not null default 1,
    -- What the slug looks like at a glance: no two may look alike.
    add column skeleton text collate "C" constraint tenants_skeleton_key unique,
    -- Kept true by whoever writes users, as a count of all rows would cost each write.
    add column user_count bigint not null default 0 check (user_count >= 0),
    -- Where null, the platform's default holds.
    add column max_users bigint check (max_users >= 0),
    add column max_deployments int check (max_deployments >= 1),
    add column max_signing_keys int check (max_signing_keys >= 1),
    add column max_api_keys int check (max_api_keys >= 1),
    add column max_members int check (max_members >= 1),
    add column requests_per_second int check (requests_per_second >= 1);

alter table deployments
    add column version bigint not null default 1,
    -- Coral's tokens name neither.
    alter column issuer drop not null,
    alter column audience drop not null,
    add constraint deployments_talk_claims check (kind = 'coral' or (issuer is not null and audience is not null)),
    -- Under a secret that two deployments share, tokens of one would pass for tokens of the other.
    add constraint deployments_claims_key unique (tenant_id, issuer, audience);

alter table api_keys
    add column scopes text[] not null default array['tokens:issue', 'tokens:introspect', 'tokens:revoke'],
    -- The deployments that it is limited to; null: all.
    add column deployments uuid[],
    add column last_used_at timestamptz,
    add column created_by text not null default '';

-- What is searched as people type: compared byte for byte, so that row-level security lets an index serve it.
alter table users
    add column email_key text collate "C" generated always as (lower(email)) stored,
    add column username_key text collate "C" generated always as (lower(username)) stored,
    add column created_at timestamptz not null default now(),
    add column updated_at timestamptz not null default now();
-- The id comes last so that a page goes on exactly where the one before ended.
create index users_email on users (tenant_id, email_key, id) where email_key is not null;
create index users_username on users (tenant_id, username_key, id) where username_key is not null;
create index users_disabled on users (tenant_id, id) where disabled_at is not null;
update tenants set user_count = (select count(*) from users where tenant_id = tenants.id);

-- Counts by hour. Latency is in buckets whose upper bounds the code names.
create table usage_hourly (
    tenant_id uuid not null references tenants on delete cascade,
    hour timestamptz not null,
    operation text not null,
    -- `ok`, or why it was refused.
    reason text not null,
    count bigint not null,
    latency bigint[] not null,
    primary key (tenant_id, hour, operation, reason)
);
create index usage_hourly_hour on usage_hourly (hour);

-- How far each process came in adding its counts, so that a batch whose answer was lost isn't added twice.
create table usage_batches (
    -- A random id of the process.
    process uuid primary key,
    number bigint not null,
    added_at timestamptz not null default now()
);

-- Answers to creating requests that named a key, so that a repeat creates nothing; sealed, since some hold a secret.
create table idempotency_keys (
    tenant_id uuid not null references tenants on delete cascade,
    caller text not null,
    key text collate "C" not null,
    digest bytea not null check (length(digest) = 32),
    status int not null,
    master_key_id text not null,
    sealed bytea not null,
    -- The reader whose record the answer holds: it goes when the reader goes.
    reader text collate "C",
    created_at timestamptz not null,
    primary key (tenant_id, caller, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
create index idempotency_keys_reader on idempotency_keys (tenant_id, reader) where reader is not null;

-- The servers that are running: each says every few seconds that it lives, and which master keys it holds.
create table nodes (
    id uuid primary key,
    name text not null,
    version text not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    -- `id:fingerprint` of each master key.
    master_keys text[] not null,
    -- What it tells of itself, such as cache hits, as a JSON object.
    vitals json not null default '{}'
);
grant select, insert, update, delete on nodes to lanyard_app;

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['usage_hourly', 'idempotency_keys']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = app_tenant()) '
                       'with check (tenant_id = app_tenant())', tenant_table);
        execute format('grant select, insert, update, delete on %I to lanyard_app', tenant_table);
    end loop;
end
$$;

-- Filtered lists of the audit log.
create index audit_events_actor on audit_events (tenant_id, actor, sequence);
create index audit_events_action on audit_events (tenant_id, action, sequence);
create index audit_events_target on audit_events (tenant_id, target, sequence);

-- Adds counts of many tenants, as arrays side by side; `latencies` has as many numbers for each as there are buckets.
-- A batch that was added before is left alone.
create function add_usage(of_process uuid, batch bigint, tenant_ids uuid[], hours bigint[], operations text[],
                          reasons text[], latencies bigint[]) returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    with fresh as (
        insert into usage_batches (process, number) values (of_process, batch)
        on conflict (process) do update set number = excluded.number, added_at = now()
            where usage_batches.number < excluded.number
        returning 1
    ), counted as (
        select tenant_id, to_timestamp(hour) as hour, operation, reason,
               latencies[(place - 1) * width + 1 : place * width] as latency
        from unnest(tenant_ids, hours, operations, reasons) with ordinality
                 as counts (tenant_id, hour, operation, reason, place),
             (select cardinality(latencies) / greatest(cardinality(tenant_ids), 1)) as measured (width)
        where exists (select from fresh)
    )
    insert into usage_hourly (tenant_id, hour, operation, reason, count, latency)
    select tenant_id, hour, operation, reason, (select sum(bucket) from unnest(latency) as buckets (bucket)), latency
    from counted
    -- A tenant may have been deleted since.
    where exists (select from tenants where tenants.id = counted.tenant_id)
    -- In one order, so that two nodes don't wait for each other.
    order by tenant_id, hour, operation, reason
    on conflict (tenant_id, hour, operation, reason) do update
        set count = usage_hourly.count + excluded.count,
            latency = array(
                select coalesce(old, 0) + coalesce(new, 0)
                from unnest(usage_hourly.latency, excluded.latency) with ordinality as buckets (old, new, place)
                order by place
            );
end;

-- Notes when API keys were last used, as arrays side by side, in unix seconds.
create function note_api_key_use(tenant_ids uuid[], key_ids uuid[], seconds bigint[]) returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    update api_keys set last_used_at = to_timestamp(second)
    from unnest(tenant_ids, key_ids, seconds) as used (tenant_id, key_id, second)
    where api_keys.tenant_id = used.tenant_id and api_keys.id = used.key_id
      and (last_used_at is null or last_used_at < to_timestamp(second));
end;

-- Forgets counts that are older than the longest time that anybody may ask for.
-- Forgets answers that nobody may ask for again.
create function prune_idempotency_keys() returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    delete from idempotency_keys where created_at < now() - interval '24 hours';
end;

create function prune_usage() returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    delete from usage_hourly where hour < now() - interval '400 days';
    delete from usage_batches where added_at < now() - interval '7 days';
end;

do $$
declare
    routine text;
begin
    foreach routine in array array['add_usage(uuid, bigint, uuid[], bigint[], text[], text[], bigint[])',
                                   'note_api_key_use(uuid[], uuid[], bigint[])', 'prune_usage()',
                                   'prune_idempotency_keys()']
    loop
        execute format('revoke execute on function %s from public', routine);
        execute format('grant execute on function %s to lanyard_app', routine);
    end loop;
end
$$;
