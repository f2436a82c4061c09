-- What becomes of skies, and an organization's own pictures of skies. A removed
-- picture is no longer offered; whoever chose it before keeps it.
create type sky_wish as enum ('keep', 'clear', 'light_cloud', 'high_cloud', 'own');

create table skies (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    name text not null,
    content_type text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    width integer,
    height integer,
    received_at timestamptz not null default now(),
    removed_at timestamptz,
    constraint skies_of_organization unique (organization_id, id),
    constraint skies_same_bytes_once unique (organization_id, sha256),
    constraint skies_name_length check (char_length(name) between 1 and 255)
);

alter table skies enable row level security;
create policy skies_own on skies to plumbline_tenant
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
grant select, insert, update on skies to plumbline_tenant;
