//! How often a stranger may try. Counted per address and per email, so that
//! neither one machine trying many passwords nor many machines trying one
//! account get far.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::HttpRequest;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::Error;
use crate::state::State;

/// Tries a minute for one address; offices and test rigs share one.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
/// Tries a minute for one email, wherever they come from.
const PER_EMAIL: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

#[derive(Clone)]
pub struct Limits {
    by_address: Arc<DefaultKeyedRateLimiter<String>>,
    by_email: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            by_address: Arc::new(RateLimiter::keyed(Quota::per_minute(PER_ADDRESS))),
            by_email: Arc::new(RateLimiter::keyed(Quota::per_minute(PER_EMAIL))),
        }
    }
}

impl Limits {
    /// Counts one try at a password or an account.
    pub fn count_try(
        &self,
        request: &HttpRequest,
        state: &State,
        email: &str,
    ) -> Result<(), Error> {
        let address = address(request, state.config.behind_proxy);
        let email = email.trim().to_lowercase();
        let by_address = self.by_address.check_key(&address).is_ok();
        let by_email = email.is_empty() || self.by_email.check_key(&email).is_ok();
        self.forget_the_quiet();
        if by_address && by_email {
            Ok(())
        } else {
            Err(Error::TooMany)
        }
    }

    /// Keys that have all their tries back need no memory.
    fn forget_the_quiet(&self) {
        for limiter in [&self.by_address, &self.by_email] {
            if limiter.len() > 10_000 {
                limiter.retain_recent();
            }
        }
    }
}

/// `X-Forwarded-For` is anybody's to write unless a proxy of ours writes it.
fn address(request: &HttpRequest, behind_proxy: bool) -> String {
    let forwarded = behind_proxy
        .then(|| {
            request
                .connection_info()
                .realip_remote_addr()
                .map(str::to_owned)
        })
        .flatten();
    let peer = request.peer_addr().map(|address| address.ip().to_string());
    forwarded.or(peer).unwrap_or_default()
}
