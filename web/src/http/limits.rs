//! Rate limits for signing in and up. Counted per address and per email, so that neither one
//! machine trying many passwords nor many machines trying one account get far.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::HttpRequest;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};

use crate::http::errors::Error;
use crate::http::state::State;

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
        // A refused address must not use up somebody else's tries.
        let address = address(request, state.config.behind_proxy);
        let by_address = self.by_address.check_key(&address).is_ok();
        let right = by_address && self.by_email.check_key(&key_of(email)).is_ok();
        self.forget_idle();
        if right { Ok(()) } else { Err(Error::TooMany) }
    }

    /// Keys that have all their tries back need no memory.
    fn forget_idle(&self) {
        for limiter in [&self.by_address, &self.by_email] {
            if limiter.len() > 10_000 {
                limiter.retain_recent();
            }
        }
    }
}

/// Emails are of any length and strangers write them: what is kept is short.
fn key_of(email: &str) -> String {
    hex::encode(&Sha256::digest(email.trim().to_lowercase())[..16])
}

/// The last entry of `X-Forwarded-For` is what our own proxy wrote; all before it,
/// and the whole header where there is no proxy, is anybody's to write.
fn address(request: &HttpRequest, behind_proxy: bool) -> String {
    let header = request.headers().get_all("x-forwarded-for").last();
    let forwarded = header
        .filter(|_| behind_proxy)
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .map(|last| last.trim().to_owned());
    let peer = request.peer_addr().map(|address| address.ip().to_string());
    forwarded.or(peer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn nobody_chooses_the_address_they_are_counted_by() {
        let request = TestRequest::default()
            .insert_header(("forwarded", "for=1.1.1.1"))
            .insert_header(("x-forwarded-for", "2.2.2.2, 3.3.3.3"))
            .peer_addr("4.4.4.4:80".parse().unwrap())
            .to_http_request();
        assert_eq!(address(&request, true), "3.3.3.3");
        assert_eq!(address(&request, false), "4.4.4.4");
    }
}
