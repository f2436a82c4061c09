//! The personal looks that were opened last: opening one takes longer than proposing with it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use plumbline_domain::ids::PersonalLookId;
use plumbline_enhance::FinishModel;

/// Looks that are kept open, of some hundred kilobytes each.
const MOST: usize = 16;

type Opened = (PersonalLookId, Arc<dyn FinishModel>);

/// Opened looks, the one used last at the end. The bytes of a look never change.
#[derive(Default)]
pub struct LookCache(Mutex<VecDeque<Opened>>);

impl LookCache {
    pub fn find(&self, id: PersonalLookId) -> Option<Arc<dyn FinishModel>> {
        let mut opened = self.opened();
        let at = opened.iter().position(|(known, _)| *known == id)?;
        let found = opened.remove(at)?;
        let model = found.1.clone();
        opened.push_back(found);
        Some(model)
    }

    pub fn keep(&self, id: PersonalLookId, model: Arc<dyn FinishModel>) {
        let mut opened = self.opened();
        opened.retain(|(known, _)| *known != id);
        if opened.len() == MOST {
            opened.pop_front();
        }
        opened.push_back((id, model));
    }

    fn opened(&self) -> MutexGuard<'_, VecDeque<Opened>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use plumbline_pipeline::finishes;

    use super::*;

    #[test]
    fn the_look_that_was_used_longest_ago_goes_first() {
        let (cache, model) = (LookCache::default(), finishes::shipped());
        let ids: Vec<PersonalLookId> = (0..=MOST).map(|_| PersonalLookId::new()).collect();
        for id in &ids[..MOST] {
            cache.keep(*id, model.clone());
        }
        assert!(cache.find(ids[0]).is_some());
        cache.keep(ids[MOST], model);
        assert!(cache.find(ids[1]).is_none());
        assert!(cache.find(ids[0]).is_some() && cache.find(ids[MOST]).is_some());
    }
}
