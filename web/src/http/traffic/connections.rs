//! Connections: one is shut when its client neither asks nor reads for too long. The server itself
//! only limits the first request's head, and waits for ever for somebody to read an answer.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

/// Time that a client may keep us waiting.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request, on a connection that has nothing else to do.
    pub head: Duration,
    /// For room for the next piece of an answer.
    pub read: Duration,
}

/// A client's connection, with whatever of it is up to the client.
struct Connection {
    /// The same socket as the server's, only to shut it.
    socket: TcpStream,
    patience: Patience,
    phase: Mutex<Phase>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// The client may ask.
    Idle { since: Instant },
    /// We are working on an answer, or on its next piece.
    Working,
    /// The client has a piece of an answer to read.
    Sent { since: Instant },
}

/// Watches a new connection. To be called by the server for each.
pub fn watch(io: &dyn Any, extensions: &mut Extensions, patience: Patience) {
    let Some(io) = io.downcast_ref::<actix_web::rt::net::TcpStream>() else {
        return;
    };
    // Out of file descriptors: the server will be, too.
    let Ok(socket) = io.as_fd().try_clone_to_owned() else {
        return;
    };
    let since = Instant::now();
    let connection = Arc::new(Connection {
        socket: socket.into(),
        patience,
        phase: Mutex::new(Phase::Idle { since }),
    });
    actix_web::rt::spawn(shut_when_overdue(Arc::downgrade(&connection)));
    extensions.insert(connection);
}

async fn shut_when_overdue(connection: Weak<Connection>) {
    loop {
        let Some(deadline) = connection.upgrade().map(|known| known.deadline()) else {
            return;
        };
        if deadline <= Instant::now() {
            if let Some(connection) = connection.upgrade() {
                tracing::debug!("a client kept its connection waiting: shut");
                let _ = connection.socket.shutdown(Shutdown::Both);
            }
            return;
        }
        sleep_until(deadline).await;
    }
}

impl Connection {
    fn enter(&self, phase: Phase) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    /// When it is to be looked at again, or shut if that is over.
    fn deadline(&self) -> Instant {
        match *self.phase.lock().unwrap_or_else(PoisonError::into_inner) {
            Phase::Idle { since } => since + self.patience.head,
            Phase::Sent { since } => since + self.patience.read,
            Phase::Working => Instant::now() + self.patience.head.min(self.patience.read),
        }
    }
}

/// Follows a request through its connection's phases.
pub async fn middleware<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let connection = request.conn_data::<Arc<Connection>>().cloned();
    let answering = connection.map(Answering::begin);
    let response = next.call(request).await?;
    Ok(match answering {
        Some(answering) => response.map_body(|_, body| {
            let body = body.boxed();
            BoxBody::new(Watched { body, answering })
        }),
        None => response.map_into_boxed_body(),
    })
}

/// A request that is not answered to its end yet.
struct Answering(Arc<Connection>);

impl Answering {
    fn begin(connection: Arc<Connection>) -> Self {
        connection.enter(Phase::Working);
        Self(connection)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let since = Instant::now();
        self.0.enter(Phase::Idle { since });
    }
}

struct Watched {
    body: BoxBody,
    answering: Answering,
}

impl MessageBody for Watched {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let piece = Pin::new(&mut self.body).poll_next(context);
        let since = Instant::now();
        self.answering.0.enter(match &piece {
            Poll::Ready(Some(_)) => Phase::Sent { since },
            _ => Phase::Working,
        });
        piece
    }
}
