-- The place that an attempt's scene analysis found: asked for by "all exteriors of this
-- shoot", which looked for it inside the report until now. Null: unknown, or not analyzed.
-- An attempt of the release before, which may still run, has none: its photo is left out of
-- "all exteriors" until it is enhanced again.
alter table attempts add column place scene_place;
update attempts set place = (report #>> '{scene,place}')::scene_place
where report #>> '{scene,place}' in ('interior', 'exterior');
