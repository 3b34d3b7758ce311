-- Rotations of a Coral's signing secret that Lanyard does at Coral itself, with an admin's token.

create table coral_rotations (
    tenant_id uuid not null,
    id uuid not null,
    deployment_id uuid not null,
    state text not null check (state in ('running', 'interrupted', 'done', 'abandoned', 'expired')),
    -- Where Coral was found when the owner handed over the token: a later change of the deployment sends it nowhere else.
    root_url text not null,
    started_by text not null,
    -- For how many seconds Coral goes on taking the old secret.
    overlap bigint not null check (overlap between 0 and 2147483647),
    -- Ids of Coral's secrets before anything was asked of it: another one is what came of asking.
    kids_before text[] collate "C" not null,
    old_kid text collate "C",
    new_kid text collate "C",
    -- When Coral was asked, as long as it isn't known what came of it.
    asked_at timestamptz,
    -- Until when Coral takes the old secret, as it says.
    old_ends_at timestamptz,
    warnings text[] not null default '{}',
    -- Why it was interrupted: a problem's name, and what people are told.
    error text,
    error_detail text,
    -- Counts who works on it: whoever has an older number has lost it to somebody else.
    attempt int not null default 1,
    -- Until when whoever works on it has it alone.
    leased_until timestamptz not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    -- Coral's admin token, encrypted, while the run isn't at its end.
    master_key_id text,
    sealed bytea,
    token_until timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, deployment_id) references deployments (tenant_id, id) on delete cascade,
    check ((sealed is null) = (master_key_id is null)),
    constraint coral_rotations_token_erased check (sealed is null or state in ('running', 'interrupted')),
    check ((finished_at is null) = (state in ('running', 'interrupted')))
);
create unique index coral_rotations_one_open on coral_rotations (tenant_id, deployment_id)
    where state in ('running', 'interrupted');
create index coral_rotations_tokens on coral_rotations (token_until) where sealed is not null;

alter table coral_rotations enable row level security;
create policy own_tenant on coral_rotations using (tenant_id = app_tenant()) with check (tenant_id = app_tenant());
grant select, insert, update, delete on coral_rotations to lanyard_app;

-- Ends runs that nobody came back to, and erases their tokens. `at` is in unix seconds.
create function expire_coral_rotations(at bigint) returns bigint
    language sql volatile security definer set search_path = public, pg_temp
begin atomic
    with expired as (
        update coral_rotations
        set state = 'expired', sealed = null, master_key_id = null, finished_at = to_timestamp(at)
        where sealed is not null and token_until <= to_timestamp(at)
        returning 1
    )
    select count(*) from expired;
end;
revoke execute on function expire_coral_rotations(bigint) from public;
grant execute on function expire_coral_rotations(bigint) to lanyard_app;

-- As in 0005, with the tokens.
create or replace function sealed_counts() returns table (kind text, master_key_id text, rows bigint)
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
    union all
    select 'coral_token', coral_rotations.master_key_id, count(*)
    from coral_rotations where coral_rotations.master_key_id is not null group by 2
    order by 1, 2;
end;

create or replace function tenants_sealed_otherwise(wanted text) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select tenant_id from signing_keys where master_key_id <> wanted
    union
    select tenant_id from idempotency_keys where master_key_id <> wanted
    union
    select tenant_id from coral_rotations where master_key_id <> wanted
    order by 1;
end;
