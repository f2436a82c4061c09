//! The decisions: who may do what with each table.

/// A table, and what may be done with it by: the site's login; its scope; the worker's login; its
/// scope. `all` and `own` are the rows that are seen. Views and functions of earlier releases are
/// for their programs alone.
#[rustfmt::skip]
pub const EXPECTED: [[&str; 5]; 22] = [
    ["public.accounts", "all: select insert", "own: select(id, name)", "", ""],
    ["public.attempts",
        "",
        "own: select update(generated)",
        "",
        "own: select insert update(generated)"],
    ["public.corrections", "", "", "", ""],
    ["public.galleries",
        "all: select(id, organization_id, shoot_id, token_hash, expires_at, closed_at)",
        "own: select insert update(closed_at)",
        "",
        "own: select(organization_id, shoot_id, expires_at, closed_at)"],
    ["public.jobs", "", "own: select insert update", "", "own: select insert update"],
    ["public.members",
        "all: select insert",
        "own: select(organization_id, account_id)",
        "",
        ""],
    ["public.organizations",
        "all: select(id, name) insert",
        "own: select(id, name, personal_look_id) update(personal_look_id)",
        "",
        "own: select(id, personal_look_id)"],
    ["public.original_links",
        "all: select(photo_id, organization_id, token_hash)",
        "own: select insert",
        "",
        "own: select(photo_id, organization_id) insert"],
    ["public.overrides", "", "own: select insert update delete", "", "own: select"],
    ["public.personal_looks",
        "",
        "own: select insert update(note, removed_at)",
        "",
        "own: select"],
    ["public.photos", "", "own: select insert update", "", "own: select update"],
    ["public.refits", "", "own: select insert update(withdrawn_at)", "", "own: select"],
    ["public.renditions", "", "own: select", "", "own: select insert"],
    ["public.reviews", "", "own: select insert update(withdrawn_at)", "", ""],
    ["public.sessions",
        "all: select insert update(last_seen_at, expires_at) delete",
        "",
        "",
        ""],
    ["public.shoots", "", "own: select insert update", "", "own: select"],
    ["public.sign_in_links", "all: select insert update(used_at)", "", "", ""],
    ["public.skies", "", "own: select insert update(removed_at)", "", "own: select"],
    ["public._sqlx_migrations", "", "", "", ""],
    ["apalis._sqlx_migrations", "", "", "", ""],
    ["apalis.jobs", "", "insert", "all: select insert update delete", "insert"],
    ["apalis.workers", "", "", "all: select insert update delete", ""],
];

/// Tables without an organization's rows.
pub const NOBODYS: [&str; 4] = [
    "public._sqlx_migrations",
    "apalis._sqlx_migrations",
    "apalis.jobs",
    "apalis.workers",
];

/// Tables that the release before saw as `plumbline_door`. Its login is the owner's, which inherits that
/// until a later migration drops the role.
pub const AT_THE_DOOR: [&str; 7] = [
    "public.accounts",
    "public.galleries",
    "public.members",
    "public.organizations",
    "public.original_links",
    "public.sessions",
    "public.sign_in_links",
];
