-- What makes the pixels of a shoot's photos, developed from now on.
create type shoot_engine as enum ('best', 'tiled', 'natural');
alter table shoots add column engine shoot_engine not null default 'best';
