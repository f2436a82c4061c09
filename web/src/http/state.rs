//! The state that every handler can reach.

use plumbline_domain::db::Db;
use plumbline_storage::Storage;

use crate::http::config::Config;
use crate::http::limits::Limits;
use crate::http::traffic::slots::Slots;
use crate::live::changes::Live;

pub struct State {
    pub config: Config,
    pub db: Db,
    pub storage: Storage,
    pub live: Live,
    pub limits: Limits,
    pub slots: Slots,
}

impl State {
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let db = config.connect(config.connections).await?;
        let storage = Storage::folder(&config.storage)?;
        let live = Live::listen(db.clone());
        Ok(Self {
            limits: Limits::of(&config),
            slots: Slots::default(),
            config,
            db,
            storage,
            live,
        })
    }
}
