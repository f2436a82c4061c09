-- Nobody who forgets to become somebody sees a row, not even the tables' owner. A migration does
-- see all rows: `migrate` says `plumbline.owner = on`, which means nothing to anybody else. So
-- must a dump by an owner who is no superuser (deploy/README.md).
alter table sessions enable row level security;
create policy sessions_door on sessions to plumbline_door, plumbline_web
    using (true) with check (true);
alter table sign_in_links enable row level security;
create policy sign_in_links_door on sign_in_links to plumbline_door, plumbline_web
    using (true) with check (true);

do $$
declare
    table_name text;
begin
    foreach table_name in array array[
        'organizations', 'accounts', 'members', 'sessions', 'sign_in_links', 'shoots', 'photos',
        'attempts', 'renditions', 'reviews', 'galleries', 'jobs', 'refits', 'skies', 'overrides',
        'original_links', 'personal_looks'
    ] loop
        execute format('alter table %I force row level security', table_name);
        execute format(
            'create policy %I on %I to current_user
             using (current_setting(''plumbline.owner'', true) = ''on'')
             with check (current_setting(''plumbline.owner'', true) = ''on'')',
            table_name || '_owner', table_name
        );
    end loop;
end
$$;

-- Jobs that no worker has and no delivery names, of all organizations: ids alone, for the queue
-- to deliver again. A payload is searched as bytes: one that is no JSON must not stop the search.
create function lost_jobs() returns table (organization_id uuid, job_id uuid)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config('plumbline.owner', 'on', true);
    return query
        select jobs.organization_id, jobs.id
        from public.jobs
        where jobs.status in ('queued', 'running')
          and coalesce(jobs.leased_until, jobs.created_at) < now() - interval '1 minute'
          and not exists (
              select from apalis.jobs as delivery
              where delivery.job_type = 'enhance_photo'
                and delivery.status in ('Pending', 'Queued', 'Running', 'Failed')
                and position(convert_to(jobs.id::text, 'UTF8') in delivery.job) > 0
          );
    perform set_config('plumbline.owner', '', true);
end
$$;
revoke execute on function lost_jobs() from public;
grant execute on function lost_jobs() to plumbline_worker;
