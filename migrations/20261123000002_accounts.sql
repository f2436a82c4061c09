create type member_role as enum ('owner', 'admin', 'editor', 'viewer');

create table organizations (
    id uuid primary key,
    name text not null,
    created_at timestamptz not null default now(),
    constraint organizations_name_length check (char_length(name) between 1 and 120)
);

-- A person. Email is kept as typed and unique without regard to case.
create table accounts (
    id uuid primary key,
    email text not null,
    name text not null,
    password_hash text not null,
    created_at timestamptz not null default now(),
    constraint accounts_email_length check (char_length(email) between 3 and 254),
    constraint accounts_name_length check (char_length(name) between 1 and 120)
);

create unique index accounts_email_unique on accounts (lower(email));

create table members (
    organization_id uuid not null references organizations (id) on delete cascade,
    account_id uuid not null references accounts (id) on delete cascade,
    role member_role not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, account_id)
);

create index members_account on members (account_id);

-- The browser holds the token, we hold its SHA-256: a copy of this table opens nothing.
create table sessions (
    id uuid primary key,
    token_hash bytea not null,
    account_id uuid not null,
    organization_id uuid not null,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint sessions_token_unique unique (token_hash),
    constraint sessions_member foreign key (organization_id, account_id)
        references members (organization_id, account_id) on delete cascade
);

create index sessions_account on sessions (account_id);

create table sign_in_links (
    id uuid primary key,
    token_hash bytea not null,
    account_id uuid not null,
    organization_id uuid not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint sign_in_links_token_unique unique (token_hash),
    constraint sign_in_links_member foreign key (organization_id, account_id)
        references members (organization_id, account_id) on delete cascade
);
