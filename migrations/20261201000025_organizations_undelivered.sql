-- Organizations with photos whose file for customers is still to be made: ids alone, for the worker.
create function undelivered_organizations() returns table (organization_id uuid)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config('plumbline.owner', 'on', true);
    return query
        select distinct photos.organization_id
        from public.photos
        join public.renditions as whole on whole.organization_id = photos.organization_id
                                       and whole.attempt_id = photos.accepted_attempt_id
                                       and whole.kind = 'full'
        where not exists (
            select from public.renditions as delivered
            where delivered.organization_id = photos.organization_id
              and delivered.attempt_id = photos.accepted_attempt_id
              and delivered.kind = 'delivered'
        );
    perform set_config('plumbline.owner', '', true);
end
$$;
revoke execute on function undelivered_organizations() from public;
grant execute on function undelivered_organizations() to plumbline_worker;
