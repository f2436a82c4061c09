//! The pace of request bodies: one that comes too slowly is ended, so that nobody keeps uploads and
//! forms open with a byte a minute. Only the time that we wait for the client counts, never that of
//! our own storage.

use std::io;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use tokio::time::timeout;

use crate::http::config::Pace;
use crate::http::extractors;

/// Watches the body of every request that has one.
pub async fn middleware<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let body = request.parts_mut().1.take();
    if !matches!(body, Payload::None) {
        let pace = extractors::state(request.request()).config.pace;
        let payload = paced(body, pace).boxed_local();
        request.set_payload(Payload::Stream { payload });
    }
    next.call(request).await
}

/// `true`: the body came too slowly.
pub fn is_too_slow(error: &PayloadError) -> bool {
    matches!(error, PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

type Piece = Result<Bytes, PayloadError>;

fn paced<S>(body: S, pace: Pace) -> impl Stream<Item = Piece>
where
    S: Stream<Item = Piece> + Unpin,
{
    let body = Paced {
        body,
        pace,
        waited: Duration::ZERO,
        arrived: 0,
        is_ended: false,
    };
    stream::unfold(body, |mut body| async move {
        let piece = body.next().await?;
        Some((piece, body))
    })
    .fuse()
}

/// A body, and what came of it in the window of waiting time that is not over yet.
struct Paced<S> {
    body: S,
    pace: Pace,
    waited: Duration,
    arrived: u64,
    /// It stays ended, however often it is asked.
    is_ended: bool,
}

impl<S: Stream<Item = Piece> + Unpin> Paced<S> {
    async fn next(&mut self) -> Option<Piece> {
        while !self.is_ended {
            let left = self.pace.window.saturating_sub(self.waited);
            let from = Instant::now();
            let heard = timeout(left, self.body.next()).await;
            self.waited += from.elapsed();
            if let Ok(Some(Ok(piece))) = &heard {
                self.arrived += piece.len() as u64;
            }
            if self.waited >= self.pace.window {
                self.is_ended = self.arrived < self.pace.bytes_per_window();
                (self.waited, self.arrived) = (Duration::ZERO, 0);
            }
            match heard {
                Ok(Some(_)) if self.is_ended => break,
                Ok(heard) => return heard,
                Err(_) => {}
            }
        }
        let sentence = "the body came too slowly";
        let error = io::Error::new(io::ErrorKind::TimedOut, sentence);
        Some(Err(PayloadError::Io(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One second, 1000 bytes.
    const PACE: Pace = Pace {
        window: Duration::from_secs(1),
        bytes_per_sec: 1000,
    };

    fn body(pieces: usize, size: usize, every_ms: u64) -> impl Stream<Item = Piece> + Unpin {
        stream::iter(0..pieces)
            .then(move |_| async move {
                tokio::time::sleep(Duration::from_millis(every_ms)).await;
                Ok(Bytes::from(vec![0; size]))
            })
            .boxed_local()
    }

    async fn heard(body: impl Stream<Item = Piece> + Unpin) -> (usize, bool) {
        let pieces: Vec<_> = paced(body, PACE).take(50).collect().await;
        let arrived = pieces.iter().flatten().map(Bytes::len).sum();
        let too_slow = |piece: &Piece| piece.as_ref().is_err_and(is_too_slow);
        (arrived, pieces.iter().any(too_slow))
    }

    #[tokio::test]
    async fn a_body_at_its_pace_arrives_whole() {
        assert_eq!(heard(body(30, 200, 100)).await, (6000, false));
        assert_eq!(heard(body(1, 10, 900)).await, (10, false), "small but soon");
    }

    #[tokio::test]
    async fn a_trickle_and_a_silence_are_ended() {
        let (arrived, too_slow) = heard(body(30, 20, 100)).await;
        assert!(too_slow && arrived < 300, "{arrived}");
        assert_eq!(heard(body(1, 10, 5000)).await, (0, true));
    }

    #[tokio::test]
    async fn the_time_that_we_take_ourselves_does_not_count() {
        let mut body = std::pin::pin!(paced(body(3, 10, 1), PACE));
        while let Some(piece) = body.next().await {
            piece.unwrap();
            tokio::time::sleep(Duration::from_millis(600)).await;
        }
    }
}
