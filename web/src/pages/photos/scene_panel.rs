//! Sky and scene on a photo's page: the scene analysis, the override in force, and the forms
//! that set it.

use plumbline_documents::Place;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::Shoot;
use plumbline_domain::shoots::overrides;
use plumbline_domain::shoots::overrides::Override;
use plumbline_domain::shoots::photos::{Photo, Status};
use plumbline_domain::shoots::skies::{self, Sky};
use plumbline_domain::work::attempts::Attempt;

use crate::http::errors::Error;
use crate::http::urls;
use crate::pages::scene;
use crate::pages::skies::choices::{Choice, choices_of_photo, label};
use crate::pages::view::{Fact, Picture, moment};

pub struct ScenePanel {
    pub facts: Vec<Fact>,
    pub set_by_hand: Option<OverrideView>,
    pub places: Vec<Choice>,
    pub skies: Vec<Choice>,
    /// The consequence of another run for the decision that was made.
    pub consequence: Option<&'static str>,
    /// A worker has the photo, or will have it: an override would be too late.
    pub in_progress: bool,
    /// The reason why a mask sent without JavaScript was refused.
    pub mask_error: Option<String>,
}

/// An override, and who set it.
pub struct OverrideView {
    /// "Scene: exterior."
    pub sentences: Vec<String>,
    /// "Anna, 14 March 2026, 16:05 UTC"
    pub by: String,
}

/// The override of a photo, with the skies it may choose from.
pub struct PhotoOverride {
    current: Option<Override>,
    skies: Vec<Sky>,
}

impl PhotoOverride {
    pub async fn of(scope: &mut Scope, photo: &Photo) -> Result<Self, Error> {
        Ok(Self {
            current: overrides::of_photo(scope, photo.id).await?,
            skies: skies::even_removed(scope).await?,
        })
    }

    /// The mask that a person set, at the size of the picture that it covers.
    pub fn mask(&self, photo: &Photo, covered: &Picture) -> Option<Picture> {
        let mask = self.current.as_ref()?.mask?;
        Some(Picture {
            src: urls::photo_mask_at(photo.id, mask),
            ..covered.clone()
        })
    }

    /// `None`: there is no attempt, and no override.
    pub fn panel(
        &self,
        photo: &Photo,
        shoot: &Shoot,
        shown: Option<&Attempt>,
    ) -> Option<ScenePanel> {
        let current = self.current.as_ref();
        if shown.is_none() && current.is_none() {
            return None;
        }
        let place = current.and_then(|one| one.place);
        let sky = current.and_then(|one| one.sky);
        Some(ScenePanel {
            facts: shown.map(scene::facts).unwrap_or_default(),
            set_by_hand: current.map(|one| OverrideView::of(one, &self.skies)),
            places: places(place),
            skies: choices_of_photo(&self.skies, shoot.sky, sky),
            consequence: consequence(photo.status),
            in_progress: photo.status.is_in_progress(),
            mask_error: None,
        })
    }
}

impl OverrideView {
    fn of(set: &Override, skies: &[Sky]) -> Self {
        let place = set.place.map(|place| format!("Scene: {place}."));
        let sky = set.sky.map(|sky| format!("Sky: {}.", label(skies, sky)));
        let mask = set.mask.map(|_| "Sky mask: painted by hand.".to_owned());
        let by = set.set_by.as_deref().unwrap_or("A former member");
        Self {
            sentences: [place, sky, mask].into_iter().flatten().collect(),
            by: format!("{by}, {}", moment(set.set_at)),
        }
    }
}

fn places(chosen: Option<Place>) -> Vec<Choice> {
    [
        ("detected", "As detected", None),
        ("interior", "Interior", Some(Place::Interior)),
        ("exterior", "Exterior", Some(Place::Exterior)),
    ]
    .map(|(value, label, place)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: place == chosen,
    })
    .into()
}

fn consequence(status: Status) -> Option<&'static str> {
    match status {
        Status::Approved => {
            Some("The new result is checked again: the approval does not carry over to it.")
        }
        Status::Rejected => {
            Some("The new result is checked again: the rejection does not carry over to it.")
        }
        Status::Passed => Some("Customers do not see the photo until the new result is done."),
        _ => None,
    }
}
