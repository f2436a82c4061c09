-- Each program may do what its statements do, and no more. A table's `_own` policy shows a Scope
-- its organization's rows; the grants say which tables it may touch at all.
revoke create on schema public from public;
grant usage on schema public
    to plumbline_web, plumbline_web_scope, plumbline_worker, plumbline_worker_scope;
grant usage on schema apalis to plumbline_web_scope, plumbline_worker, plumbline_worker_scope;

do $$
declare
    table_name text;
begin
    foreach table_name in array array[
        'organizations', 'members', 'shoots', 'photos', 'attempts', 'renditions', 'reviews',
        'galleries', 'jobs', 'refits', 'skies', 'overrides', 'original_links', 'personal_looks'
    ] loop
        execute format(
            'alter policy %I on %I to plumbline_tenant, plumbline_web_scope, plumbline_worker_scope',
            table_name || '_own', table_name
        );
    end loop;
    foreach table_name in array array[
        'accounts', 'organizations', 'members', 'galleries', 'original_links'
    ] loop
        execute format(
            'alter policy %I on %I to plumbline_door, plumbline_web',
            table_name || '_door', table_name
        );
    end loop;
end
$$;
alter policy accounts_colleagues on accounts to plumbline_tenant, plumbline_web_scope;

-- The site, before it knows who is asking.
grant select, insert on accounts, members to plumbline_web;
grant select (id, name), insert on organizations to plumbline_web;
grant select, insert, update (last_seen_at, expires_at), delete on sessions to plumbline_web;
grant select, insert, update (used_at) on sign_in_links to plumbline_web;
grant select (id, organization_id, shoot_id, token_hash, expires_at, closed_at)
    on galleries to plumbline_web;
grant select (photo_id, organization_id, token_hash) on original_links to plumbline_web;

-- The site, for one organization. What is on the record is ended, not rewritten.
grant select (id, name) on accounts to plumbline_web_scope;
grant select (organization_id, account_id) on members to plumbline_web_scope;
grant select, update (generated) on attempts to plumbline_web_scope;
grant select on renditions to plumbline_web_scope;
grant select (id, name, personal_look_id), update (personal_look_id)
    on organizations to plumbline_web_scope;
grant select, insert, update on shoots, photos, jobs to plumbline_web_scope;
grant select, insert, update (withdrawn_at) on reviews, refits to plumbline_web_scope;
grant select, insert, update (closed_at) on galleries to plumbline_web_scope;
grant select, insert, update (removed_at) on skies to plumbline_web_scope;
grant select, insert, update (note, removed_at) on personal_looks to plumbline_web_scope;
grant select, insert, update, delete on overrides to plumbline_web_scope;
grant select, insert on original_links to plumbline_web_scope;
grant insert on apalis.jobs to plumbline_web_scope;

-- The worker answers the queue, which holds ids alone, and sees no organization's rows.
grant select, insert, update, delete on apalis.jobs, apalis.workers to plumbline_worker;

-- The worker, for the organization of the job in hand. Of share links it learns that there are
-- some, never an address.
grant select (id, personal_look_id) on organizations to plumbline_worker_scope;
grant select on shoots, refits, skies, overrides, personal_looks to plumbline_worker_scope;
grant select, update on photos to plumbline_worker_scope;
grant select, insert, update (generated) on attempts to plumbline_worker_scope;
grant select, insert on renditions to plumbline_worker_scope;
grant select, insert, update on jobs to plumbline_worker_scope;
grant select (organization_id, shoot_id, expires_at, closed_at)
    on galleries to plumbline_worker_scope;
grant select (organization_id, photo_id), insert on original_links to plumbline_worker_scope;
grant insert on apalis.jobs to plumbline_worker_scope;

-- Granted, and used by no statement of the release before.
revoke update on accounts from plumbline_door;
revoke delete on sign_in_links from plumbline_door;
revoke insert, update, delete on members from plumbline_tenant;
revoke delete on shoots, photos, reviews, galleries, jobs from plumbline_tenant;
revoke update, delete on attempts, renditions from plumbline_tenant;
