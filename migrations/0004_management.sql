-- What the management API needs beside what the broker had: settings with versions, quotas, scopes, usage, nodes.

alter table tenants
    -- Moves with the tenant's own settings, where `version` moves with everything.
    add column settings_version bigint not null default 1,
    -- What the slug looks like at a glance: no two may look alike.
    add column skeleton text collate "C" constraint tenants_skeleton_key unique,
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
create index users_email on users (tenant_id, email_key) where email_key is not null;
create index users_username on users (tenant_id, username_key) where username_key is not null;

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

-- Answers to creating requests that named a key, so that a repeat creates nothing; sealed, since some hold a secret.
create table idempotency_keys (
    tenant_id uuid not null references tenants on delete cascade,
    caller text not null,
    key text collate "C" not null,
    digest bytea not null check (length(digest) = 32),
    status int not null,
    master_key_id text not null,
    sealed bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, caller, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

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
