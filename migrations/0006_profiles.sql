-- What tokens tell of a reader besides the id.

-- Talk v4: claims that spare a plugin its look-up. Coral: how far a token may raise its reader there.
alter table deployments
    add column profile_claims text[] not null default '{}'
        check (profile_claims <@ array['username', 'email', 'memberSince']),
    add column max_role text check (max_role in ('COMMENTER', 'MEMBER', 'STAFF', 'MODERATOR', 'ADMIN')),
    add column badges boolean not null default false;

-- The same ceiling for what each API key asks for, and when one first had a token with the role ADMIN.
alter table api_keys
    add column max_role text check (max_role in ('COMMENTER', 'MEMBER', 'STAFF', 'MODERATOR', 'ADMIN')),
    add column badges boolean not null default false,
    add column first_admin_at timestamptz;
