-- The queue's library registers a worker at the time of the worker's own clock: one that is slow
-- would look dead to all others and lose its deliveries. The database's clock is the only one.
create function seen_now() returns trigger language plpgsql as $$
begin
    new.last_seen := now();
    return new;
end
$$;
create trigger seen_now before insert on apalis.workers
for each row execute function seen_now();
