-- What becomes of the skies of a shoot's photos, developed from now on.
alter table shoots
    add column sky sky_wish not null default 'keep',
    add column own_sky_id uuid,
    add constraint shoots_own_sky foreign key (organization_id, own_sky_id)
        references skies (organization_id, id),
    add constraint shoots_own_sky_says_which check ((sky = 'own') = (own_sky_id is not null));
