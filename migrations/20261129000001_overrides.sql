-- What a person sets against the scene analysis and the shoot's choice is an override:
-- "correction" is the word for enhancing a photo. The release before this one, which may
-- still run, reads and writes through a view of the old name; a later migration drops it.
alter table corrections rename to overrides;
alter table overrides rename column corrected_by to set_by;
alter table overrides rename column corrected_at to set_at;
alter table overrides rename constraint corrections_pkey to overrides_pkey;
alter table overrides rename constraint corrections_corrected_by_fkey to overrides_set_by_fkey;
alter table overrides rename constraint corrections_photo to overrides_photo;
alter table overrides rename constraint corrections_own_sky to overrides_own_sky;
alter table overrides
    rename constraint corrections_own_sky_says_which to overrides_own_sky_says_which;
alter policy corrections_own on overrides rename to overrides_own;

-- As whoever asks: with the owner's rights it would show every organization's rows.
create view corrections with (security_invoker = true) as
select photo_id, organization_id, place, sky, own_sky_id, mask_id,
       set_by as corrected_by, set_at as corrected_at
from overrides;
grant select, insert, update, delete on corrections to plumbline_tenant;
