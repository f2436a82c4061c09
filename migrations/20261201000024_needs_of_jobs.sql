-- What a worker must understand to run a job, as a number that grows with releases: one that
-- knows less leaves the job to a newer worker. Sites of the release before ask for no more than
-- its workers know.
alter table jobs add column needs integer not null default 1;
