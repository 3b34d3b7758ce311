-- Exchange codes: what a reader's browser gets from its newsroom's site, and gives for a token, once and within a minute.

-- The sites whose pages may exchange codes, as browsers write origins.
alter table tenants
    add column allowed_origins text[] not null default '{}' check (cardinality(allowed_origins) <= 50);

-- Not in the write-ahead log: a crash empties it, so no code that was redeemed comes back, and what is lost is asked for
-- anew. No foreign keys: each would lock a row that all of a newsroom's codes share; what a code names is looked up when
-- it is redeemed, and the codes of a reader or an API key are removed with them.
create unlogged table exchange_codes (
    tenant_id uuid not null,
    -- SHA-256 of the code.
    hash bytea not null check (length(hash) = 32),
    deployment_id uuid not null,
    user_id text collate "C" not null,
    -- How far whoever asked for the code may raise a reader in Coral.
    max_role text check (max_role in ('COMMENTER', 'MEMBER', 'STAFF', 'MODERATOR', 'ADMIN')),
    badges boolean not null,
    -- Null where a person or the operator asked.
    api_key_id uuid,
    -- The tenant's version that the node which made it knew of.
    as_of bigint not null,
    expires_at timestamptz not null,
    primary key (tenant_id, hash)
);
create index exchange_codes_expiry on exchange_codes (expires_at);

alter table exchange_codes enable row level security;
create policy own_tenant on exchange_codes using (tenant_id = app_tenant()) with check (tenant_id = app_tenant());
grant select, insert, delete on exchange_codes to lanyard_app;

-- Forgets codes that nobody has redeemed in time.
create function prune_exchange_codes() returns void
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    delete from exchange_codes where expires_at < now();
end;
revoke execute on function prune_exchange_codes() from public;
grant execute on function prune_exchange_codes() to lanyard_app;
