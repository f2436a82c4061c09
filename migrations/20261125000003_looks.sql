-- The look of a shoot's photos, chosen with its name.
create type shoot_look as enum ('neutral', 'bright', 'warm');
alter table shoots add column look shoot_look not null default 'neutral';
