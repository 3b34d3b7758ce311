-- People: accounts, their sessions, and what they are in which newsroom. Accounts belong to no tenant; memberships and
-- invitations do, and lie behind row-level security.

create table accounts (
    id uuid primary key,
    -- As it is compared: trimmed and in lower case.
    email text collate "C" not null constraint accounts_email_key unique,
    name text not null check (length(name) between 1 and 255),
    -- PHC string of Argon2id: parameters, salt and hash.
    password_hash text not null,
    password_changed_at timestamptz not null default now(),
    platform_admin bool not null default false,
    -- The secret of the authenticator app, sealed; it counts once confirmed.
    totp_master_key_id text,
    totp_sealed bytea,
    totp_confirmed_at timestamptz,
    -- The last time step that was accepted: a code is good once.
    totp_last_step bigint not null default 0,
    created_at timestamptz not null default now(),
    check ((totp_sealed is null) = (totp_master_key_id is null)),
    check (totp_confirmed_at is null or totp_sealed is not null)
);

create table recovery_codes (
    account_id uuid not null references accounts on delete cascade,
    hash bytea not null check (length(hash) = 32),
    primary key (account_id, hash)
);

-- Links that were mailed: each is good once, and kept as a hash.
create table account_links (
    hash bytea primary key check (length(hash) = 32),
    kind text not null check (kind in ('verify', 'reset')),
    email text collate "C" not null,
    -- The name that was given at registration.
    name text,
    account_id uuid references accounts on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    check ((kind = 'reset') = (account_id is not null))
);
create index account_links_email on account_links (email);
create index account_links_expiry on account_links (expires_at);

create table sessions (
    hash bytea primary key check (length(hash) = 32),
    -- What the session is called in lists; no secret.
    id uuid not null unique,
    account_id uuid not null references accounts on delete cascade,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    -- The end that no use puts off.
    expires_at timestamptz not null,
    -- When the password was last proved in it.
    proved_at timestamptz not null,
    user_agent text not null default '',
    address text not null default ''
);
create index sessions_account on sessions (account_id);
create index sessions_expiry on sessions (expires_at);

-- A browser in which somebody has logged in before: failures elsewhere don't hold it up.
create table account_devices (
    hash bytea primary key check (length(hash) = 32),
    account_id uuid not null references accounts on delete cascade,
    created_at timestamptz not null,
    last_used_at timestamptz not null
);
create index account_devices_account on account_devices (account_id);

-- Failed attempts by account, device or address: the key is a hash that says which. Survives a restart.
create table throttles (
    key bytea primary key check (length(key) = 32),
    failures int not null,
    last_failure_at timestamptz not null,
    blocked_until timestamptz not null
);
create index throttles_age on throttles (last_failure_at);

-- Messages that are to be mailed, sealed because they hold links.
create table outbox (
    id uuid primary key,
    master_key_id text not null,
    sealed bytea not null,
    attempts int not null default 0,
    next_attempt_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    last_error text
);
create index outbox_next on outbox (next_attempt_at);

create table memberships (
    tenant_id uuid not null references tenants on delete cascade,
    account_id uuid not null references accounts on delete cascade,
    role text not null check (role in ('owner', 'admin', 'viewer')),
    created_at timestamptz not null default now(),
    primary key (tenant_id, account_id)
);
create index memberships_account on memberships (account_id);

create table invitations (
    tenant_id uuid not null references tenants on delete cascade,
    id uuid not null,
    email text collate "C" not null,
    role text not null check (role in ('owner', 'admin', 'viewer')),
    hash bytea not null constraint invitations_hash_key unique check (length(hash) = 32),
    invited_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, id),
    constraint invitations_email_key unique (tenant_id, email)
);

-- What happened on the platform itself, and to accounts: a chain of its own.
create table platform_events (
    sequence bigint primary key,
    -- Microseconds of unix time, as they are hashed.
    at bigint not null,
    actor text not null,
    action text not null,
    target text not null,
    -- Text, not jsonb: the hash covers it to the letter.
    detail text not null,
    hash bytea not null check (length(hash) = 32)
);

-- Answers to creating requests that named a key, so that a repeat creates nothing; sealed, since some hold a secret.
create table account_idempotency_keys (
    account_id uuid not null references accounts on delete cascade,
    key text collate "C" not null,
    digest bytea not null check (length(digest) = 32),
    status int not null,
    master_key_id text not null,
    sealed bytea not null,
    created_at timestamptz not null,
    primary key (account_id, key)
);

do $$
declare
    tenant_table text;
    plain_table text;
begin
    foreach tenant_table in array array['memberships', 'invitations']
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy own_tenant on %I using (tenant_id = app_tenant()) '
                       'with check (tenant_id = app_tenant())', tenant_table);
        execute format('grant select, insert, update, delete on %I to lanyard_app', tenant_table);
    end loop;
    foreach plain_table in array array['accounts', 'recovery_codes', 'account_links', 'sessions', 'account_devices',
                                       'throttles', 'outbox', 'account_idempotency_keys']
    loop
        execute format('grant select, insert, update, delete on %I to lanyard_app', plain_table);
    end loop;
end
$$;
-- Only ever added to.
grant select, insert on platform_events to lanyard_app;

-- What somebody is in a newsroom, before a transaction is bound to it.
create function membership_role(of_tenant uuid, of_account uuid) returns text
    language sql stable security definer set search_path = public, pg_temp
    return (select role from memberships where tenant_id = of_tenant and account_id = of_account);

-- The newsrooms that somebody is a member of.
create function tenants_of_account(of_account uuid)
    returns table (id uuid, slug text, name text, status text, role text, created_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select tenants.id, slug, tenants.name, status, role, tenants.created_at
    from memberships join tenants on tenants.id = memberships.tenant_id
    where account_id = of_account order by slug;
end;

-- The newsroom that an invitation is to, by the hash of its link.
create function invitation_tenant(of_hash bytea) returns uuid
    language sql stable security definer set search_path = public, pg_temp
    return (select tenant_id from invitations where hash = of_hash);

-- Forgets sessions, links, devices and attempts that nothing needs any more.
create function prune_accounts() returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    delete from sessions where expires_at < now();
    delete from account_links where expires_at < now();
    delete from account_devices where last_used_at < now() - interval '400 days';
    delete from throttles where last_failure_at < now() - interval '7 days';
    delete from account_idempotency_keys where created_at < now() - interval '24 hours';
    delete from invitations where expires_at < now() - interval '30 days';
end;

do $$
declare
    routine text;
begin
    foreach routine in array array['membership_role(uuid, uuid)', 'tenants_of_account(uuid)', 'invitation_tenant(bytea)',
                                   'prune_accounts()']
    loop
        execute format('revoke execute on function %s from public', routine);
        execute format('grant execute on function %s to lanyard_app', routine);
    end loop;
end
$$;
