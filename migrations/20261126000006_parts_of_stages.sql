-- How far within its stage a photo is: parts done, of so many. Tiles that a network paints, for
-- instance. Nothing where a stage has no parts.
alter table photos
    add column parts_done integer,
    add column parts_of integer,
    add constraint photos_parts_are_of_something
        check (parts_done is null = (parts_of is null)
               and parts_done >= 0 and parts_done <= parts_of);
