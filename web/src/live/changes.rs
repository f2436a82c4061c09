//! Changes, passed on to open pages as server-sent events. A page then fetches its live
//! region again; nothing of the change itself is sent, so a page shows only what its reader
//! may see.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use plumbline_domain::db::Db;
use plumbline_domain::work::live::{Change, Listener};
use tokio::sync::broadcast;
use tokio_stream::wrappers::{BroadcastStream, IntervalStream};

/// Proxies close a connection that is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);
const RECONNECT: Duration = Duration::from_secs(2);

/// One listener for the whole process, however many pages are open.
pub struct Live {
    changes: broadcast::Sender<Option<Change>>,
}

impl Live {
    /// Starts listening in the background, for as long as the process lives.
    pub fn listen(db: Db) -> Self {
        let (changes, _) = broadcast::channel(1024);
        tokio::spawn(pass_on(db, changes.clone()));
        Self { changes }
    }

    /// Changes that concern a page, as an event stream. A page that may have missed one is told
    /// to read again.
    pub fn events<F: Fn(&Change) -> bool + 'static>(
        &self,
        concerns: F,
    ) -> impl Stream<Item = Result<Bytes, actix_web::Error>> + use<F> {
        let changes = BroadcastStream::new(self.changes.subscribe())
            .filter(move |heard| {
                std::future::ready(match heard {
                    Ok(Some(change)) => concerns(change),
                    Ok(None) | Err(_) => true,
                })
            })
            .map(|_| Bytes::from_static(b"event: changed\ndata: 1\n\n"));
        let beats = IntervalStream::new(tokio::time::interval(HEARTBEAT))
            .map(|_| Bytes::from_static(b": still here\n\n"));
        // What happened between the page and this stream nobody heard: look once.
        let hello = stream::once(std::future::ready(Bytes::from_static(
            b"retry: 2000\nevent: changed\ndata: 1\n\n",
        )));
        hello.chain(stream::select(changes, beats)).map(Ok)
    }
}

async fn pass_on(db: Db, changes: broadcast::Sender<Option<Change>>) {
    loop {
        if let Err(error) = pass_on_until_lost(&db, &changes).await {
            tracing::warn!(%error, "live changes are not heard, trying again");
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn pass_on_until_lost(
    db: &Db,
    changes: &broadcast::Sender<Option<Change>>,
) -> Result<(), plumbline_domain::db::Error> {
    let mut listener = Listener::open(db).await?;
    // Pages that were open while nobody listened look again.
    let _ = changes.send(None);
    loop {
        let _ = changes.send(listener.next().await?);
    }
}
