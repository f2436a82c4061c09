-- Ends of runs that are no failure of their own: the worker was gone without a word, or the run made
-- no progress. Such a run may have taken its neighbours with it, so the next one is alone.
alter table jobs
    add column deaths integer not null default 0,
    add column stalls integer not null default 0,
    add column alone boolean not null default false;

comment on column jobs.deaths is 'Runs whose worker was gone from one moment to the next; they are in runs, too.';
comment on column jobs.stalls is 'Runs that were ended because they made no progress.';
comment on column jobs.alone is 'The next run shares its worker with no other.';
