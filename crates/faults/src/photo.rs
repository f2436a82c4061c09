//! A photo to work on, its photographer, and the half that the photographer belongs to.

use plumbline_enhance::{Mask, Pixels};

use crate::rng::Rng;

/// A photo to work on.
#[derive(Debug, Clone)]
pub struct Photo {
    /// File name without its ending.
    pub name: String,
    /// The picture.
    pub pixels: Pixels,
    /// Mask of its sky, drawn or checked by a person.
    pub sky: Option<Mask>,
    /// Likelihoods of sky that two networks see, which are witnesses when a new sky is judged.
    pub seen: [Option<Mask>; 2],
    /// True if it shows a house from outside.
    pub is_exterior: bool,
}

/// Half of all photographers: thresholds are fitted on one, and reported on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Thresholds may be chosen on it.
    Fit,
    /// Run once, at the end.
    Report,
}

impl Half {
    /// The half that a file belongs to, by the name of its photographer.
    pub fn of(name: &str) -> Self {
        let coin = Rng::of(&[&photographer(name)]).unit();
        if coin < 0.5 { Self::Fit } else { Self::Report }
    }
}

/// Photographer in the name of a downloaded file, or the whole name in lower case.
pub fn photographer(name: &str) -> String {
    let name = name.to_lowercase();
    of_unsplash(&name)
        .or_else(|| of_pexels(&name))
        .unwrap_or(&name)
        .to_owned()
}

/// `francesca-tosolini-3LjBfGTbTJY-unsplash`: an id of eleven characters, which may be hyphens.
fn of_unsplash(name: &str) -> Option<&str> {
    let (rest, _) = name.split_once("-unsplash")?;
    let end = rest.len().checked_sub(12)?;
    let person = rest.get(..end)?;
    (rest.as_bytes()[end] == b'-' && !person.is_empty()).then_some(person)
}

/// `pexels-maksgelatin-4352247`: a number. Some names have nothing but the number.
fn of_pexels(name: &str) -> Option<&str> {
    let (person, number) = name.strip_prefix("pexels-")?.rsplit_once('-')?;
    number.bytes().all(|b| b.is_ascii_digit()).then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photographer_is_read_from_the_name() {
        for (name, person) in [
            (
                "francesca-tosolini-3LjBfGTbTJY-unsplash",
                "francesca-tosolini",
            ),
            ("jason-briscoe-GliaHAJ3_5A-unsplash", "jason-briscoe"),
            ("aleksei-zaitcev-AD-vvUS69WA-unsplash", "aleksei-zaitcev"),
            ("sidekix-media-_mHaBgbbHZU-unsplash", "sidekix-media"),
            ("pexels-maksgelatin-4352247", "maksgelatin"),
            ("pexels-36358763", "pexels-36358763"),
            ("IMG_2040", "img_2040"),
            ("-unsplash", "-unsplash"),
        ] {
            assert_eq!(photographer(name), person, "{name}");
        }
    }

    #[test]
    fn all_photos_of_a_photographer_are_in_one_half() {
        let one = Half::of("sidekix-media-7v5rOsM6Fbc-unsplash");
        for id in ["BAVam-y_9Wg", "NTH9ZZcUih8", "_mHaBgbbHZU"] {
            assert_eq!(Half::of(&format!("sidekix-media-{id}-unsplash")), one);
            let lower = id.to_lowercase();
            assert_eq!(Half::of(&format!("Sidekix-Media-{lower}-unsplash")), one);
        }
    }

    /// A photo that changed halves would be fitted and reported.
    #[test]
    fn the_halves_stay_as_they_are_and_are_about_equal() {
        let names: Vec<String> = (0..400).map(|i| format!("person-{i}")).collect();
        let report = names.iter().filter(|name| Half::of(name) == Half::Report);
        let count = report.count();
        assert!((160..=240).contains(&count), "{count} of 400");
        assert_eq!(
            Half::of("francesca-tosolini-3LjBfGTbTJY-unsplash"),
            Half::Report
        );
        assert_eq!(Half::of("james-feaver-O4Ywu_YNj5A-unsplash"), Half::Fit);
    }
}
