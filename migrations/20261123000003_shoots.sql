create type photo_status as enum (
    'waiting', 'working', 'passed', 'held', 'approved', 'rejected', 'failed'
);
create type photo_stage as enum (
    'decoding', 'measuring', 'correcting', 'checking', 'saving'
);
create type attempt_verdict as enum ('passed', 'held');
create type rendition_kind as enum ('full', 'preview', 'thumb', 'before');
create type review_decision as enum ('approved', 'rejected');

-- The photos of one property. Photos are numbered in the order they came in.
create table shoots (
    id uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    name text not null,
    created_by uuid references accounts (id) on delete set null,
    photo_count integer not null default 0,
    created_at timestamptz not null default now(),
    constraint shoots_name_length check (char_length(name) between 1 and 200),
    constraint shoots_of_organization unique (organization_id, id)
);

create index shoots_newest on shoots (organization_id, created_at desc);

-- An uploaded original. Its bytes are stored once, under this id, and never changed.
create table photos (
    id uuid primary key,
    organization_id uuid not null,
    shoot_id uuid not null,
    number integer not null,
    name text not null,
    content_type text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    width integer,
    height integer,
    status photo_status not null default 'waiting',
    stage photo_stage,
    failure text,
    accepted_attempt_id uuid,
    severity real,
    received_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    removed_at timestamptz,
    constraint photos_of_organization unique (organization_id, id),
    constraint photos_name_length check (char_length(name) between 1 and 255),
    constraint photos_shoot foreign key (organization_id, shoot_id)
        references shoots (organization_id, id) on delete cascade,
    constraint photos_failure_says_why check (status <> 'failed' or failure is not null)
);

-- A file dropped twice into a shoot is one photo.
create unique index photos_same_bytes_once on photos (shoot_id, sha256);
create unique index photos_number_once on photos (shoot_id, number);
create index photos_held on photos (organization_id, severity desc) where status = 'held';

-- One run of the pipeline over a photo. `plan` and `report` are versioned documents.
create table attempts (
    id uuid primary key,
    organization_id uuid not null,
    photo_id uuid not null,
    number integer not null,
    engine text not null,
    strength real not null,
    plan jsonb not null,
    done jsonb not null,
    report jsonb not null,
    verdict attempt_verdict not null,
    took_ms integer not null,
    created_at timestamptz not null default now(),
    constraint attempts_of_organization unique (organization_id, id),
    constraint attempts_number_once unique (photo_id, number),
    constraint attempts_photo foreign key (organization_id, photo_id)
        references photos (organization_id, id) on delete cascade
);

alter table photos add constraint photos_accepted_attempt
    foreign key (organization_id, accepted_attempt_id)
    references attempts (organization_id, id) deferrable initially deferred;

-- One encoded size of an attempt. Sums and sizes are kept so that a zip of
-- these files can be laid out before a byte of it is read.
create table renditions (
    organization_id uuid not null,
    attempt_id uuid not null,
    photo_id uuid not null,
    kind rendition_kind not null,
    content_type text not null,
    width integer not null,
    height integer not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    crc32 bigint not null,
    primary key (attempt_id, kind),
    constraint renditions_attempt foreign key (organization_id, attempt_id)
        references attempts (organization_id, id) on delete cascade
);

create index renditions_photo on renditions (photo_id);

-- A person's decision on a held photo. Taken back, it stays on the record.
create table reviews (
    id uuid primary key,
    organization_id uuid not null,
    photo_id uuid not null,
    attempt_id uuid not null,
    account_id uuid references accounts (id) on delete set null,
    decision review_decision not null,
    reason text not null default '',
    created_at timestamptz not null default now(),
    withdrawn_at timestamptz,
    constraint reviews_reason_length check (char_length(reason) <= 2000),
    constraint reviews_photo foreign key (organization_id, photo_id)
        references photos (organization_id, id) on delete cascade,
    constraint reviews_attempt foreign key (organization_id, attempt_id)
        references attempts (organization_id, id) on delete cascade
);

create unique index reviews_one_in_force on reviews (photo_id) where withdrawn_at is null;

-- What a customer sees behind a share link. Strangers are let in by the hash;
-- the token itself is only for the organization that made the link.
create table galleries (
    id uuid primary key,
    organization_id uuid not null,
    shoot_id uuid not null,
    token text not null,
    token_hash bytea not null,
    created_by uuid references accounts (id) on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    closed_at timestamptz,
    constraint galleries_token_unique unique (token_hash),
    constraint galleries_shoot foreign key (organization_id, shoot_id)
        references shoots (organization_id, id) on delete cascade
);

create index galleries_shoot_open on galleries (shoot_id) where closed_at is null;
