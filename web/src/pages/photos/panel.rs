//! Sky and scene: what was seen on a photo, what a person said about it, and the forms to
//! say it.

use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::Shoot;
use plumbline_domain::shoots::overrides::{self, Override, Place};
use plumbline_domain::shoots::photos::{Photo, Status};
use plumbline_domain::shoots::skies::{self, Sky};
use plumbline_domain::work::attempts::Attempt;

use crate::http::errors::Error;
use crate::http::urls;
use crate::pages::scene;
use crate::pages::skies::choices::{Choice, choices_of_photo, words};
use crate::pages::view::{Fact, Picture, moment};

pub struct Panel {
    pub seen: Vec<Fact>,
    pub said: Option<SaidView>,
    pub places: Vec<Choice>,
    pub skies: Vec<Choice>,
    /// What another run means for a decision that was made.
    pub consequence: Option<&'static str>,
    /// A worker has the photo: what is said now would come too late.
    pub in_hand: bool,
    /// What was wrong with a mask sent without JavaScript.
    pub mask_error: Option<String>,
}

/// What a person said, and who.
pub struct SaidView {
    /// "The scene is an exterior."
    pub sentences: Vec<String>,
    /// "Anna, 14 March 2026, 16:05 UTC"
    pub by: String,
}

/// What was said about a photo, with what it may be said with.
pub struct Said {
    pub correction: Option<Override>,
    skies: Vec<Sky>,
}

impl Said {
    pub async fn about(scope: &mut Scope, photo: &Photo) -> Result<Self, Error> {
        Ok(Self {
            correction: overrides::of_photo(scope, photo.id).await?,
            skies: skies::even_removed(scope).await?,
        })
    }

    /// The mask that a person sent, laid on a picture of this size.
    pub fn mask(&self, photo: &Photo, lies_on: &Picture) -> Option<Picture> {
        let mask = self.correction.as_ref()?.mask?;
        Some(Picture {
            src: urls::photo_mask_at(photo.id, mask),
            ..lies_on.clone()
        })
    }

    /// `None`: nothing was seen, and nothing said.
    pub fn panel(&self, photo: &Photo, shoot: &Shoot, shown: Option<&Attempt>) -> Option<Panel> {
        let correction = self.correction.as_ref();
        if shown.is_none() && correction.is_none() {
            return None;
        }
        let place = correction.and_then(|said| said.place);
        let sky = correction.and_then(|said| said.sky);
        Some(Panel {
            seen: shown.map(scene::facts).unwrap_or_default(),
            said: correction.map(|said| said_view(said, &self.skies)),
            places: places(place),
            skies: choices_of_photo(&self.skies, shoot.sky, sky),
            consequence: consequence(photo.status),
            in_hand: photo.status.is_in_progress(),
            mask_error: None,
        })
    }
}

fn said_view(said: &Override, skies: &[Sky]) -> SaidView {
    let place = said.place.map(|place| match place {
        Place::Interior => "The scene is an interior.".to_owned(),
        Place::Exterior => "The scene is an exterior.".to_owned(),
    });
    let sky = said
        .sky
        .map(|sky| format!("The sky: {}.", words(skies, sky)));
    let mask = said
        .mask
        .map(|_| "Where the sky is was painted by hand.".to_owned());
    let by = said.set_by.as_deref().unwrap_or("A former member");
    SaidView {
        sentences: [place, sky, mask].into_iter().flatten().collect(),
        by: format!("{by}, {}", moment(said.set_at)),
    }
}

fn places(said: Option<Place>) -> Vec<Choice> {
    [
        ("seen", "As seen", None),
        ("interior", "Interior", Some(Place::Interior)),
        ("exterior", "Exterior", Some(Place::Exterior)),
    ]
    .map(|(value, label, place)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: place == said,
    })
    .into()
}

fn consequence(status: Status) -> Option<&'static str> {
    match status {
        Status::Approved => {
            Some("The new result is checked anew: the approval of this one does not carry over.")
        }
        Status::Rejected => {
            Some("The new result is checked anew: the rejection of this one does not carry over.")
        }
        Status::Passed => Some("Customers see the photo again when the new result is done."),
        _ => None,
    }
}
