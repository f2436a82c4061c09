-- What a person said about a photo, against what was seen on it or wished for its
-- shoot. Null: nothing was said. `mask_id` names a stored picture of where the sky is.
create type scene_place as enum ('interior', 'exterior');

create table corrections (
    photo_id uuid primary key,
    organization_id uuid not null,
    place scene_place,
    sky sky_wish,
    own_sky_id uuid,
    mask_id uuid,
    corrected_by uuid references accounts (id) on delete set null,
    corrected_at timestamptz not null default now(),
    constraint corrections_photo foreign key (organization_id, photo_id)
        references photos (organization_id, id) on delete cascade,
    constraint corrections_own_sky foreign key (organization_id, own_sky_id)
        references skies (organization_id, id),
    constraint corrections_own_sky_says_which check (
        (sky is not distinct from 'own') = (own_sky_id is not null)
    )
);

alter table corrections enable row level security;
create policy corrections_own on corrections to plumbline_tenant
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
grant select, insert, update, delete on corrections to plumbline_tenant;
