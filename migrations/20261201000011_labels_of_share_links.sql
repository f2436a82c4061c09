-- A name for a share link, which its page cannot show any more.
alter table galleries
    add column label text not null default '',
    add constraint galleries_label_length check (char_length(label) <= 120);
