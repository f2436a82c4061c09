//! Limits for signing in and up. Tries are counted per network and per email, so that neither one
//! machine trying many passwords nor many machines trying one account get far; and passwords are
//! hashed a few at a time.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::HttpRequest;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use plumbline_domain::people::passwords::{Hashing, Turn};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::http::config::Config;
use crate::http::errors::Error;
use crate::http::state::State;
use crate::http::traffic::network::Network;

/// Tries a minute for one network; offices and test rigs share one.
const PER_NETWORK: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
/// Tries a minute for one email, wherever they come from.
const PER_EMAIL: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

pub struct Limits {
    by_network: DefaultKeyedRateLimiter<Network>,
    by_email: DefaultKeyedRateLimiter<String>,
    hashing: Hashing,
    hash_wait: Duration,
}

impl Limits {
    pub fn of(config: &Config) -> Self {
        Self {
            by_network: RateLimiter::keyed(Quota::per_minute(PER_NETWORK)),
            by_email: RateLimiter::keyed(Quota::per_minute(PER_EMAIL)),
            hashing: Hashing::at_once(config.hashes_at_once),
            hash_wait: config.hash_wait,
        }
    }

    /// Counts one try at a password or an account.
    pub fn count_try(
        &self,
        request: &HttpRequest,
        state: &State,
        email: &str,
    ) -> Result<(), Error> {
        // A refused network must not use up somebody else's tries.
        let network = Network::of(request, state.config.behind_proxy);
        let by_network = self.by_network.check_key(&network).is_ok();
        let right = by_network && self.by_email.check_key(&key_of(email)).is_ok();
        forget_idle(&self.by_network);
        forget_idle(&self.by_email);
        if right { Ok(()) } else { Err(Error::TooMany) }
    }

    /// Waits for a turn to hash a password.
    pub async fn turn(&self) -> Result<Turn, Error> {
        let turn = timeout(self.hash_wait, self.hashing.turn()).await;
        turn.map_err(|_| Error::Overloaded)
    }
}

/// Keys that have all their tries back need no memory.
fn forget_idle<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>) {
    if limiter.len() > 10_000 {
        limiter.retain_recent();
    }
}

/// Emails are of any length and strangers write them: what is kept is short.
fn key_of(email: &str) -> String {
    hex::encode(&Sha256::digest(email.trim().to_lowercase())[..16])
}
