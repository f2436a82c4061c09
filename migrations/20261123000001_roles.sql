-- Two roles that nobody logs in as. The pool's connections become
-- `plumbline_door`, which sees only what is needed to find out who is asking;
-- a Scope becomes `plumbline_tenant` for one transaction, under row-level
-- security. Roles belong to the cluster, so another database may be making
-- them at this very moment.
do $$
declare
    role_name text;
    -- From 16 on, being a member is not yet being allowed to become the role.
    may_become text := case
        when current_setting('server_version_num')::int >= 160000 then 'set'
        else 'member'
    end;
begin
    foreach role_name in array array['plumbline_door', 'plumbline_tenant'] loop
        begin
            execute format('create role %I nologin', role_name);
        exception when duplicate_object or unique_violation then null;
        end;
        if not pg_has_role(current_user, role_name, may_become) then
            execute format('grant %I to %I', role_name, current_user);
        end if;
    end loop;
end
$$;

grant usage on schema public to plumbline_door, plumbline_tenant;

-- The organization that the running transaction speaks for; null outside a Scope.
create function current_organization() returns uuid
language sql stable
return nullif(current_setting('app.organization', true), '')::uuid;
