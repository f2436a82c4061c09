-- The look that photos are finished in from now on: an organization's (null: the house look), and
-- each shoot's choice: as its organization, the house look, or a personal one.
alter table organizations
    add column personal_look_id uuid,
    add constraint organizations_personal_look foreign key (id, personal_look_id)
        references personal_looks (organization_id, id);

create type look_source as enum ('organization', 'house', 'personal');
alter table shoots
    add column look_source look_source not null default 'organization',
    add column personal_look_id uuid,
    add constraint shoots_personal_look foreign key (organization_id, personal_look_id)
        references personal_looks (organization_id, id),
    add constraint shoots_personal_look_says_which
        check ((look_source = 'personal') = (personal_look_id is not null));
