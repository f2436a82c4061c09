-- Where quality control fails photos of an organization, re-fitted from its review
-- decisions. `bounds` holds the gates that differ from the table of that version, by
-- name; `shadow` what the refit would have changed when it was adopted. Withdrawn, it
-- stays on the record: reports name what they were judged by.
create table refits (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    table_version integer not null,
    bounds jsonb not null,
    decisions integer not null,
    shadow jsonb not null,
    adopted_at timestamptz not null default now(),
    withdrawn_at timestamptz,
    constraint refits_bounds_by_name check (jsonb_typeof(bounds) = 'object'),
    constraint refits_decisions_counted check (decisions >= 0)
);

create unique index refits_one_in_force on refits (organization_id) where withdrawn_at is null;

alter table refits enable row level security;
create policy refits_own on refits to plumbline_tenant
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
grant select, insert, update on refits to plumbline_tenant;
