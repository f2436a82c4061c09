//! Slots: the uploads, event streams and downloads that one account, share link or network may have
//! open at once. A slot is free again when it is dropped: with the handler, or with the body that
//! it was put into.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpRequest;
use plumbline_domain::ids::{AccountId, GalleryId};
use plumbline_domain::people::members::Member;
use plumbline_domain::shoots::galleries::Guest;

use crate::http::config::Slots as Most;
use crate::http::errors::Error;
use crate::http::state::State;
use crate::http::traffic::network::Network;

/// Requests that last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Upload,
    Events,
    Download,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    Account(AccountId),
    Link(GalleryId),
    Network(Network),
}

type Taken = HashMap<(Kind, Holder), u32>;

/// All slots of the site.
#[derive(Clone, Default)]
pub struct Slots {
    taken: Arc<Mutex<Taken>>,
}

/// One slot of everybody that it is counted for.
pub struct Slot {
    kind: Kind,
    holders: [Holder; 2],
    taken: Arc<Mutex<Taken>>,
}

impl Slots {
    /// A member's slot.
    pub fn of_member(
        &self,
        request: &HttpRequest,
        state: &State,
        member: &Member,
        kind: Kind,
    ) -> Result<Slot, Error> {
        let most = of_account(&state.config.slots, kind);
        let account = (Holder::Account(member.account()), most);
        self.take(kind, [account, network(request, state, kind)])
    }

    /// A slot of whoever has a share link.
    pub fn of_guest(
        &self,
        request: &HttpRequest,
        state: &State,
        guest: &Guest,
        kind: Kind,
    ) -> Result<Slot, Error> {
        let link = Holder::Link(guest.gallery);
        let link = (link, state.config.slots.downloads_per_link);
        self.take(kind, [link, network(request, state, kind)])
    }

    fn take(&self, kind: Kind, holders: [(Holder, u32); 2]) -> Result<Slot, Error> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |holder| taken.get(&(kind, holder)).copied().unwrap_or(0);
        let full = holders.iter().any(|(holder, most)| count(*holder) >= *most);
        if full {
            return Err(Error::Busy(kind));
        }
        let holders = holders.map(|(holder, _)| holder);
        for holder in holders {
            *taken.entry((kind, holder)).or_default() += 1;
        }
        Ok(Slot {
            kind,
            holders,
            taken: self.taken.clone(),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for holder in self.holders {
            let key = (self.kind, holder);
            match taken.get_mut(&key) {
                Some(count) if *count > 1 => *count -= 1,
                // Whoever has none needs no memory.
                _ => drop(taken.remove(&key)),
            }
        }
    }
}

fn network(request: &HttpRequest, state: &State, kind: Kind) -> (Holder, u32) {
    let most = &state.config.slots;
    let most = match kind {
        Kind::Upload => most.uploads_per_network,
        Kind::Events => most.streams_per_network,
        Kind::Download => most.downloads_per_network,
    };
    let network = Network::of(request, state.config.behind_proxy);
    (Holder::Network(network), most)
}

fn of_account(most: &Most, kind: Kind) -> u32 {
    match kind {
        Kind::Upload => most.uploads_per_account,
        Kind::Events => most.streams_per_account,
        Kind::Download => most.downloads_per_account,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn at(address: &str) -> Holder {
        Holder::Network(address.parse::<IpAddr>().unwrap().into())
    }

    #[test]
    fn a_slot_is_free_again_when_it_is_dropped_and_needs_no_memory_then() {
        let slots = Slots::default();
        let (anna, berta) = (AccountId::new(), AccountId::new());
        let take = |account, address| {
            let account = (Holder::Account(account), 1);
            slots.take(Kind::Download, [account, (at(address), 2)])
        };

        let hers = take(anna, "192.0.2.1").unwrap();
        assert!(take(anna, "192.0.2.2").is_err(), "her account has its one");
        let other = take(berta, "192.0.2.1").unwrap();
        let carla = take(AccountId::new(), "192.0.2.1");
        assert!(carla.is_err(), "the network has its two");
        drop(hers);
        let again = take(anna, "192.0.2.1");
        assert!(again.is_ok());
        drop((other, again));
        assert!(slots.taken.lock().unwrap().is_empty());
    }
}
