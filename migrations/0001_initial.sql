-- Everything that Lanyard remembers. Tenant tables have keys that begin with tenant_id and lie behind row-level
-- security: a connection sees the rows of the one tenant that `app.tenant` names, and none without it.

-- Every connection of the server takes this role: it owns nothing and can't bypass row-level security.
do $$
begin
    -- An account that may not create roles can use one that an administrator has made.
    if not exists (select from pg_roles where rolname = 'lanyard_app') then
        create role lanyard_app nologin noinherit nobypassrls;
    end if;
    if not pg_has_role(current_user, 'lanyard_app', 'member') then
        grant lanyard_app to current_user;
    end if;
exception
    -- Roles belong to the whole cluster, and another database may make it this very moment.
    when duplicate_object or unique_violation then null;
end
$$;
grant usage on schema public to lanyard_app;

create table schema_compatibility (
    only_row bool primary key default true check (only_row),
    -- The oldest binary, by the number of its newest migration, that can still serve with this schema.
    oldest_migration bigint not null
);
insert into schema_compatibility (oldest_migration) values (1);

create table tenants (
    id uuid primary key,
    slug text collate "C" not null constraint tenants_slug_key unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null check (length(name) between 1 and 255),
    status text not null default 'active' check (status in ('active', 'suspended')),
    suspended_reason text,
    -- Moves by one with every change that a node must learn of; caches tell old from new by it.
    version bigint not null default 1,
    accept_issuing_tokens bool not null default false,
    issuing_subject text not null default 'TALK_TOKEN_EXAMPLE',
    issuing_audience text not null default 'TALK_TOKEN_EXAMPLE_AUDIENCE',
    allow_email_ids bool not null default false,
    created_at timestamptz not null default now()
);

-- Who may use an issuer: of one tenant only, since equal issuers would let tokens under a shared secret cross over.
create table issuers (
    issuer text collate "C" constraint issuers_pkey primary key,
    tenant_id uuid not null references tenants on delete cascade
);

create table deployments (
    tenant_id uuid not null references tenants on delete cascade,
    id uuid not null,
    name text collate "C" not null,
    kind text not null default 'talk' check (kind in ('talk', 'coral')),
    root_url text,
    issuer text collate "C" not null,
    audience text not null,
    user_id_claim text not null default 'sub',
    token_lifetime bigint not null default 21600 check (token_lifetime between 60 and 34560000),
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint deployments_name_key unique (tenant_id, name)
);

create table signing_keys (
    tenant_id uuid not null,
    kid text collate "C" not null,
    deployment_id uuid not null,
    algorithm text not null
        check (algorithm in ('HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA')),
    state text not null check (state in ('pending', 'active', 'retiring', 'retired', 'revoked')),
    origin text not null check (origin in ('generated', 'imported')),
    -- For imported keys: the setting that Talk has it in, and the longest lifetime accepted, in seconds.
    talk_form text check (talk_form in ('secret', 'secrets')),
    accept_lifetime bigint check (accept_lifetime between 60 and 34560000),
    weak bool not null default false,
    longest_lifetime bigint not null,
    -- The key, encrypted by the master key of that id; tenant_id and kid are bound in, so it opens in this row only.
    master_key_id text not null,
    sealed bytea not null,
    created_at timestamptz not null,
    activated_at timestamptz,
    -- When it first signed: a key that never did can go without an overlap.
    first_used_at timestamptz,
    retiring_since timestamptz,
    retires_at timestamptz,
    ended_at timestamptz,
    constraint signing_keys_pkey primary key (tenant_id, kid),
    foreign key (tenant_id, deployment_id) references deployments (tenant_id, id) on delete cascade,
    check ((origin = 'imported') = (talk_form is not null)),
    check ((origin = 'imported') = (accept_lifetime is not null)),
    check ((state = 'retiring') = (retires_at is not null))
);
create unique index signing_keys_one_active on signing_keys (tenant_id, deployment_id) where state = 'active';

create table api_keys (
    tenant_id uuid not null references tenants on delete cascade,
    id uuid not null,
    name text not null check (length(name) between 1 and 255),
    hash bytea not null constraint api_keys_hash_key unique check (length(hash) = 32),
    tail text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, id)
);

create table users (
    tenant_id uuid not null references tenants on delete cascade,
    -- The newsroom's own id, compared byte for byte.
    id text collate "C" not null,
    email text,
    email_verified bool,
    username text,
    badges text[],
    role text,
    url text,
    avatar text,
    member_since bigint,
    -- The whole record, where it says more, or in another order, than the columns do. json keeps the text as it is.
    extra json,
    disabled_at timestamptz,
    -- The tenant's version when the row was last written.
    version bigint not null,
    primary key (tenant_id, id)
);

create table revocations (
    tenant_id uuid not null references tenants on delete cascade,
    kind text not null check (kind in ('token', 'user', 'key', 'api_key', 'tenant')),
    subject text collate "C" not null,
    -- Refuses until it is lifted.
    standing bool not null,
    -- Refuses what was issued up to and in this second (unix time).
    before bigint,
    -- The second after which nothing that it refuses can be alive.
    expires_at bigint,
    created_at timestamptz not null default now(),
    primary key (tenant_id, kind, subject),
    check (standing or before is not null),
    check (standing or expires_at is not null)
);
create index revocations_expiry on revocations (expires_at) where expires_at is not null;

create table audit_events (
    tenant_id uuid not null references tenants on delete cascade,
    sequence bigint not null,
    -- Microseconds of unix time, as they are hashed.
    at bigint not null,
    actor text not null,
    action text not null,
    target text not null,
    -- Text, not jsonb: the hash covers it to the letter.
    detail text not null,
    hash bytea not null check (length(hash) = 32),
    primary key (tenant_id, sequence)
);

-- A reader's stand-in in the audit log: when the reader is erased this row goes, and the chain stays whole.
create table user_surrogates (
    tenant_id uuid not null references tenants on delete cascade,
    user_id text collate "C" not null,
    surrogate uuid not null,
    primary key (tenant_id, user_id)
);

-- How far an interrupted import came, so that the same file can go on from there.
create table imports (
    tenant_id uuid not null references tenants on delete cascade,
    -- SHA-256 of the file's beginning, its length and when it was last written.
    fingerprint bytea not null,
    position text not null,
    written bigint not null,
    updated_at timestamptz not null default now(),
    primary key (tenant_id, fingerprint)
);

-- The second wall. `app.tenant` is '' on a connection that has served another transaction before: nullif.
create function app_tenant() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.tenant', true), '')::uuid;

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['issuers', 'deployments', 'signing_keys', 'api_keys', 'users', 'revocations',
                                        'audit_events', 'user_surrogates', 'imports']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = app_tenant()) '
                       'with check (tenant_id = app_tenant())', tenant_table);
        execute format('grant select, insert, update, delete on %I to lanyard_app', tenant_table);
    end loop;
end
$$;
alter table tenants enable row level security;
create policy own_tenant on tenants using (id = app_tenant()) with check (id = app_tenant());
grant select, insert, update on tenants to lanyard_app;
grant select on schema_compatibility to lanyard_app;
do $$
begin
    -- For the staging table of an import.
    execute format('grant temporary on database %I to lanyard_app', current_database());
end
$$;

-- Audit events are only ever added, and tenants never deleted by the server.
revoke update, delete on audit_events from lanyard_app;
