//! Trouble that is no photo's fault, storage or the database that cannot be used, is waited out: no
//! photo is begun meanwhile, and everything goes on by itself when it is over.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::daemon::Daemon;
use crate::failure::Trouble;

/// The way past trouble. Open while there is none.
pub struct Gate(watch::Sender<Option<String>>);

impl Default for Gate {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Gate {
    /// Waits until there is no trouble. `false`: the daemon drains before.
    pub async fn is_open(&self, daemon: &Daemon) -> bool {
        let mut trouble = self.0.subscribe();
        let open = trouble.wait_for(Option::is_none);
        daemon
            .shutdown
            .drain()
            .run_until_cancelled(open)
            .await
            .is_some()
    }
}

/// Closes the gate, and opens it when what failed works again.
pub fn wait_out(daemon: &Arc<Daemon>, trouble: &Trouble) {
    let said = trouble.to_string();
    let is_new = daemon.gate.0.send_if_modified(|known| {
        let is_new = known.is_none();
        known.get_or_insert_with(|| said.clone());
        is_new
    });
    if !is_new {
        return;
    }
    tracing::error!(trouble = said, "nothing is worked on until this is over");
    let bytes = match trouble {
        Trouble::Storage { bytes, .. } => *bytes,
        Trouble::Database(_) => 0,
    };
    tokio::spawn(until_over(daemon.clone(), bytes));
}

async fn until_over(daemon: Arc<Daemon>, bytes: u64) {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(30))
        .without_max_times();
    for pause in pauses.build() {
        sleep(pause).await;
        let storage = daemon.storage.probe(bytes).await;
        if let Err(error) = &storage {
            tracing::warn!(%error, "storage still cannot be used");
        }
        if storage.is_ok() && daemon.db.is_up().await {
            break;
        }
    }
    tracing::info!("the trouble is over: everything goes on");
    daemon.gate.0.send_replace(None);
}
