-- A Scope sees its own organization's rows and no others, whatever a statement forgets.
do $$
declare
    table_name text;
begin
    foreach table_name in array array[
        'members', 'shoots', 'photos', 'attempts', 'renditions', 'reviews', 'galleries', 'jobs'
    ] loop
        execute format('alter table %I enable row level security', table_name);
        execute format(
            'create policy %I on %I to plumbline_tenant
             using (organization_id = current_organization())
             with check (organization_id = current_organization())',
            table_name || '_own', table_name
        );
        execute format('grant select, insert, update, delete on %I to plumbline_tenant', table_name);
    end loop;
end
$$;

alter table organizations enable row level security;
create policy organizations_own on organizations to plumbline_tenant
    using (id = current_organization());
grant select, update on organizations to plumbline_tenant;

-- Colleagues' names, never their emails or passwords, and only of one's own organization.
alter table accounts enable row level security;
create policy accounts_colleagues on accounts to plumbline_tenant
    using (exists (select from members where members.account_id = accounts.id));
grant select (id, name) on accounts to plumbline_tenant;

-- The door: who are you, and which organization may you enter?
grant select, insert, update on accounts to plumbline_door;
create policy accounts_door on accounts to plumbline_door using (true) with check (true);
grant select, insert on organizations to plumbline_door;
create policy organizations_door on organizations to plumbline_door using (true) with check (true);
grant select, insert on members to plumbline_door;
create policy members_door on members to plumbline_door using (true) with check (true);
grant select, insert, update, delete on sessions, sign_in_links to plumbline_door;
grant select (id, organization_id, shoot_id, token_hash, expires_at, closed_at)
    on galleries to plumbline_door;
create policy galleries_door on galleries for select to plumbline_door using (true);

-- A job is promised in the transaction of the row it speaks of.
grant usage on schema apalis to plumbline_tenant;
grant insert on apalis.jobs to plumbline_tenant;
