-- The public address of a photo's original: made when a photo with generated pixels is first
-- shared, one a photo, and older than any gallery or attempt that may go. Strangers are let in by
-- the hash; the token itself is for the organization and for whoever it shows the photo to.
create table original_links (
    photo_id uuid primary key,
    organization_id uuid not null,
    token text not null,
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    constraint original_links_token_unique unique (token_hash),
    constraint original_links_photo foreign key (organization_id, photo_id)
        references photos (organization_id, id) on delete cascade
);

alter table original_links enable row level security;
create policy original_links_own on original_links to plumbline_tenant
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
grant select, insert on original_links to plumbline_tenant;

-- The door: whose photo is it?
grant select (photo_id, organization_id, token_hash) on original_links to plumbline_door;
create policy original_links_door on original_links for select to plumbline_door using (true);
