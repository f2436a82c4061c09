-- Whether a report says that pixels were generated: galleries of thousands of photos count by it.
-- Null: a release that did not write it made the attempt; whoever needs it reads the report once.
alter table attempts
    add column generated text,
    add constraint attempts_generated check (generated in ('yes', 'no', 'unknown'));
