-- A share link is shown once, when it is made; only its hash stays. The column goes with a later
-- release: the release before this one still reads and writes it, and shows a link that is not
-- there any more as incomplete.
alter table galleries alter column token set default '';
update galleries set token = '' where token <> '';
