//! Choices of a sky, as forms offer and send them.

use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::skies::{self, Sky, SkyChoice};
use serde::Deserialize;

use crate::http::errors::Error;

/// A form's word for what becomes of skies.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct WishField(pub SkyChoice);

/// A photo's form has one word more: as its shoot's.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct SaidSky(pub Option<SkyChoice>);

const AS_SHOOT: &str = "shoot";

impl Default for WishField {
    fn default() -> Self {
        Self(SkyChoice::Keep)
    }
}

impl TryFrom<String> for WishField {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        let wish = match word.as_str() {
            "keep" => SkyChoice::Keep,
            "clear" => SkyChoice::Clear,
            "light_cloud" => SkyChoice::LightCloud,
            "high_cloud" => SkyChoice::HighCloud,
            id => SkyChoice::Own(id.parse().map_err(|_| "no such sky")?),
        };
        Ok(Self(wish))
    }
}

impl TryFrom<String> for SaidSky {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            AS_SHOOT => Ok(Self(None)),
            _ => WishField::try_from(word).map(|WishField(wish)| Self(Some(wish))),
        }
    }
}

/// An own sky must be there to be chosen, or have been chosen before it was removed.
pub async fn check(scope: &mut Scope, wish: Option<SkyChoice>) -> Result<(), Error> {
    if let Some(own) = wish.and_then(SkyChoice::own) {
        skies::find_even_removed(scope, own)
            .await?
            .ok_or(Error::NotFound)?;
    }
    Ok(())
}

/// One line of a list to choose from.
#[derive(Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// What may become of skies, the organization's own among it. A removed one is offered
/// only where it is what was chosen.
pub fn choices(skies: &[Sky], chosen: Option<SkyChoice>) -> Vec<Choice> {
    let known = [
        SkyChoice::Keep,
        SkyChoice::Clear,
        SkyChoice::LightCloud,
        SkyChoice::HighCloud,
    ];
    let own = skies
        .iter()
        .filter(|sky| sky.removed_at.is_none() || chosen == Some(SkyChoice::Own(sky.id)))
        .map(|sky| SkyChoice::Own(sky.id));
    let choice = |wish: SkyChoice| Choice {
        value: value(wish),
        label: words(skies, wish),
        is_chosen: chosen == Some(wish),
    };
    known.into_iter().chain(own).map(choice).collect()
}

/// The same for one photo of a shoot.
pub fn choices_of_photo(
    skies: &[Sky],
    of_shoot: SkyChoice,
    said: Option<SkyChoice>,
) -> Vec<Choice> {
    let as_shoot = Choice {
        value: AS_SHOOT.to_owned(),
        label: format!("As the shoot: {}", in_sentence(skies, of_shoot)),
        is_chosen: said.is_none(),
    };
    [as_shoot].into_iter().chain(choices(skies, said)).collect()
}

/// The word in forms and documents; an own picture's is its id.
pub fn value(wish: SkyChoice) -> String {
    match wish {
        SkyChoice::Keep => "keep".into(),
        SkyChoice::Clear => "clear".into(),
        SkyChoice::LightCloud => "light_cloud".into(),
        SkyChoice::HighCloud => "high_cloud".into(),
        SkyChoice::Own(id) => id.to_string(),
    }
}

/// "Light cloud", or the name of an own picture.
pub fn words(skies: &[Sky], wish: SkyChoice) -> String {
    match wish {
        SkyChoice::Keep => "Keep the sky".into(),
        SkyChoice::Clear => "Clear".into(),
        SkyChoice::LightCloud => "Light cloud".into(),
        SkyChoice::HighCloud => "High cloud".into(),
        SkyChoice::Own(id) => {
            let own = skies.iter().find(|sky| sky.id == id);
            match own {
                Some(sky) if sky.removed_at.is_some() => format!("{} (removed)", sky.name),
                Some(sky) => sky.name.clone(),
                None => "An own sky".into(),
            }
        }
    }
}

/// The words as they stand behind a colon; a name stays as it was given.
fn in_sentence(skies: &[Sky], wish: SkyChoice) -> String {
    match wish {
        SkyChoice::Own(_) => words(skies, wish),
        _ => words(skies, wish).to_lowercase(),
    }
}
