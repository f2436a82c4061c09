-- The logins of the two programs, and what each becomes for a Scope's transaction. A login has no
-- password until the operator gives it one: `alter role plumbline_web password '…'`. It inherits
-- nothing: outside a Scope it has the rights granted to itself alone. What a Scope may do differs
-- too: the worker decodes strangers' files and must not be able to share, review or sign in.
--
-- Roles belong to the cluster, so another database may have made them, or be making them at this
-- very moment. `plumbline_door` and `plumbline_tenant` are for the release before, which may still
-- run; a later migration drops them.
do $$
declare
    role_name text;
    attributes text;
    is_16 boolean := current_setting('server_version_num')::int >= 160000;
    -- From 16 on, being a member is not yet being allowed to become the role.
    may_become text := case when is_16 then 'set' else 'member' end;
    member_as text := case when is_16 then 'with inherit false, set true' else '' end;
begin
    for role_name, attributes in values
        ('plumbline_web', 'login noinherit'),
        ('plumbline_web_scope', 'nologin'),
        ('plumbline_worker', 'login noinherit'),
        ('plumbline_worker_scope', 'nologin')
    loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I %s', role_name, attributes);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
    foreach role_name in array array['plumbline_web', 'plumbline_worker'] loop
        if not pg_has_role(role_name, role_name || '_scope', may_become) then
            execute format('grant %I to %I %s', role_name || '_scope', role_name, member_as);
        end if;
    end loop;
end
$$;

-- Time-outs belong to the login: they hold behind a pooler too, and the owner, who migrates, has
-- none. What an operator has set stays.
do $$
declare
    role_name text;
    setting text;
    value text;
begin
    for role_name, setting, value in values
        ('plumbline_web', 'statement_timeout', '30s'),
        ('plumbline_web', 'lock_timeout', '10s'),
        ('plumbline_web', 'idle_in_transaction_session_timeout', '30s'),
        ('plumbline_worker', 'statement_timeout', '60s'),
        ('plumbline_worker', 'lock_timeout', '30s'),
        ('plumbline_worker', 'idle_in_transaction_session_timeout', '60s')
    loop
        if not exists (
            select from pg_db_role_setting, unnest(setconfig) as one
            where setrole = role_name::regrole and setdatabase = 0 and one like setting || '=%'
        ) then
            execute format('alter role %I set %s = %L', role_name, setting, value);
        end if;
    end loop;
exception when insufficient_privilege then
    raise warning 'The time-outs of plumbline_web and plumbline_worker could not be set: whoever made the roles must set them, as deploy/README.md says.';
end
$$;
