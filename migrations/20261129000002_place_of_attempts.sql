-- The place that an attempt's scene analysis found: asked for by "all exteriors of this
-- shoot", which looked for it inside the report until now. Null: unknown, or not analyzed.
alter table attempts add column place scene_place;

-- Attempts of the release before, which may still run, say it in their reports alone. A later
-- migration drops this, as it does the view of the old name of overrides.
create function place_of_report() returns trigger language plpgsql as $$
begin
    if new.report #>> '{scene,place}' in ('interior', 'exterior') then
        new.place := (new.report #>> '{scene,place}')::scene_place;
    end if;
    return new;
end
$$;
create trigger place_of_report before insert on attempts
for each row when (new.place is null) execute function place_of_report();
