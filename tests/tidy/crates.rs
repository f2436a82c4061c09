//! The table of who may know whom. `ARCHITECTURE.md` shows it to people (`map.rs` compares).

/// A crate and the limits of its normal dependencies.
pub struct Crate {
    pub name: &'static str,
    /// Must not be reached, not even through others.
    pub never: &'static [&'static str],
    /// Must not be in its own manifest; others may stand between.
    pub not_itself: &'static [&'static str],
    /// All that its manifest may name without a feature being asked for. Empty: anything.
    pub only: &'static [&'static str],
}

pub const ANY: Crate = Crate {
    name: "",
    never: &[],
    not_itself: &[],
    only: &[],
};

pub const CRATES: [Crate; 15] = [
    Crate {
        name: "plumbline-documents",
        only: &["serde", "serde_json", "thiserror", "uuid"],
        ..ANY
    },
    Crate {
        name: "plumbline-enhance",
        never: &[
            "tokio",
            "sqlx",
            "actix-web",
            "candle-core",
            "ureq",
            "plumbline-domain",
            "plumbline-storage",
            "plumbline-nn",
            "plumbline-models",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-faults",
        never: &[
            "tokio",
            "sqlx",
            "actix-web",
            "candle-core",
            "ureq",
            "plumbline-domain",
            "plumbline-storage",
            "plumbline-nn",
            "plumbline-models",
            "plumbline-pipeline",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-nn",
        never: &[
            "tokio",
            "sqlx",
            "actix-web",
            "ureq",
            "plumbline-documents",
            "plumbline-enhance",
            "plumbline-faults",
            "plumbline-domain",
            "plumbline-storage",
            "plumbline-models",
            "plumbline-pipeline",
            "plumbline-sandbox",
            "plumbline-settings",
            "plumbline-web",
            "plumbline-worker",
            "plumbline-cli",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-models",
        never: &[
            "tokio",
            "sqlx",
            "actix-web",
            "ureq",
            "plumbline-domain",
            "plumbline-storage",
            "plumbline-pipeline",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-pipeline",
        never: &[
            "sqlx",
            "apalis",
            "actix-web",
            "askama",
            "ureq",
            "plumbline-domain",
            "plumbline-storage",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-sandbox",
        never: &[
            "tokio",
            "sqlx",
            "actix-web",
            "candle-core",
            "ureq",
            "plumbline-domain",
            "plumbline-storage",
            "plumbline-nn",
            "plumbline-models",
            "plumbline-pipeline",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-settings",
        only: &["clap"],
        ..ANY
    },
    Crate {
        name: "plumbline-storage",
        never: &[
            "sqlx",
            "actix-web",
            "turbojpeg",
            "plumbline-domain",
            "plumbline-enhance",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-domain",
        never: &[
            "actix-web",
            "askama",
            "candle-core",
            "ureq",
            "plumbline-storage",
            "plumbline-enhance",
            "plumbline-nn",
            "plumbline-models",
        ],
        ..ANY
    },
    Crate {
        name: "plumbline-web",
        never: &[
            "candle-core",
            "turbojpeg",
            "plumbline-enhance",
            "plumbline-nn",
            "plumbline-models",
            "plumbline-pipeline",
            "plumbline-worker",
        ],
        not_itself: &["sqlx", "apalis"],
        ..ANY
    },
    Crate {
        name: "plumbline-worker",
        never: &["actix-web", "askama", "plumbline-web", "plumbline-cli"],
        not_itself: &["sqlx"],
        ..ANY
    },
    Crate {
        name: "plumbline-cli",
        never: &[
            "sqlx",
            "apalis",
            "actix-web",
            "askama",
            "plumbline-domain",
            "plumbline-web",
            "plumbline-worker",
        ],
        ..ANY
    },
    // Every crate's tests may ask for it, so it must be quick to build.
    Crate {
        name: "plumbline-fixtures",
        only: &["nothing"],
        ..ANY
    },
    // The tests know everybody.
    Crate {
        name: "plumbline-tests",
        ..ANY
    },
];
