create type job_status as enum ('queued', 'running', 'done', 'failed');

-- The truth about a job. The queue only rings the doorbell: it may ring twice,
-- or for a job that is long done. `lease` fences off a worker that was thought
-- dead and comes back.
create table jobs (
    id uuid primary key,
    organization_id uuid not null,
    photo_id uuid not null,
    status job_status not null default 'queued',
    runs integer not null default 0,
    lease uuid,
    leased_until timestamptz,
    last_trouble text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint jobs_photo foreign key (organization_id, photo_id)
        references photos (organization_id, id) on delete cascade,
    constraint jobs_running_is_leased check (
        status <> 'running' or (lease is not null and leased_until is not null)
    )
);

-- A photo has at most one job in hand.
create unique index jobs_one_open_per_photo on jobs (photo_id)
    where status in ('queued', 'running');
