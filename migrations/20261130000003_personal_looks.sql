-- An organization's own looks: networks of finishes that it trained, counted by version under each
-- name. The bytes of a version never change. A removed one is no longer offered; what was made with
-- it stays.
create table personal_looks (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    name text not null,
    version integer not null,
    sha256 bytea not null,
    size_bytes bigint not null,
    note text not null default '',
    created_at timestamptz not null default now(),
    removed_at timestamptz,
    constraint personal_looks_of_organization unique (organization_id, id),
    constraint personal_looks_versions unique (organization_id, name, version),
    constraint personal_looks_same_bytes_once unique (organization_id, name, sha256),
    constraint personal_looks_counted_from_one check (version >= 1),
    constraint personal_looks_name_length check (char_length(name) between 1 and 60),
    constraint personal_looks_note_length check (char_length(note) <= 500)
);

alter table personal_looks enable row level security;
create policy personal_looks_own on personal_looks to plumbline_tenant
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
grant select, insert, update on personal_looks to plumbline_tenant;
