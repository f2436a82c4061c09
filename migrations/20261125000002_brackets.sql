-- Exposure brackets: several originals of one view become one photo. `frame` and
-- `measured` are what the pipeline saw, documents that only it can read: the
-- first tells which exposures belong together, the second keeps the rooms of a
-- shoot alike. A photo that is `solo` was separated by a person and stays so.
alter table photos
    add column frame jsonb,
    add column measured jsonb,
    add column merged_into uuid,
    add column solo boolean not null default false,
    add constraint photos_merged_into foreign key (organization_id, merged_into)
        references photos (organization_id, id),
    add constraint photos_merged_says_where check ((status = 'merged') = (merged_into is not null)),
    add constraint photos_merged_elsewhere check (merged_into <> id);

create index photos_merged on photos (merged_into) where merged_into is not null;
