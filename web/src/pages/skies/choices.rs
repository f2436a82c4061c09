//! Choices of a sky, as forms offer and send them.

use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::skies::{self, Sky, SkyChoice};
use serde::Deserialize;

use crate::http::errors::Error;

/// A form's field for a sky choice.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct SkyField(pub SkyChoice);

/// A photo's form has one more option: as in its shoot.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct PhotoSkyField(pub Option<SkyChoice>);

const AS_SHOOT: &str = "shoot";

impl Default for SkyField {
    fn default() -> Self {
        Self(SkyChoice::Keep)
    }
}

impl TryFrom<String> for SkyField {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        let known = word.parse().ok();
        let choice = known.and_then(|known| SkyChoice::of(known, None));
        let own = || word.parse().map(SkyChoice::Own);
        let choice = choice.map_or_else(own, Ok).map_err(|_| "no such sky")?;
        Ok(Self(choice))
    }
}

impl TryFrom<String> for PhotoSkyField {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            AS_SHOOT => Ok(Self(None)),
            _ => SkyField::try_from(word).map(|SkyField(choice)| Self(Some(choice))),
        }
    }
}

/// Refuses an own sky that does not exist. One that was removed may still be in use.
pub async fn check(scope: &mut Scope, choice: Option<SkyChoice>) -> Result<(), Error> {
    if let Some(&own) = choice.as_ref().and_then(SkyChoice::own) {
        skies::find_even_removed(scope, own)
            .await?
            .ok_or(Error::NotFound)?;
    }
    Ok(())
}

/// One option of a list.
#[derive(Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// The options for a sky, the organization's own among them. A removed one is offered only
/// where it is the current choice.
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
    let option = |choice: SkyChoice| Choice {
        value: value(choice),
        label: label(skies, choice),
        is_chosen: chosen == Some(choice),
    };
    known.into_iter().chain(own).map(option).collect()
}

/// The options for one photo of a shoot.
pub fn choices_of_photo(
    skies: &[Sky],
    of_shoot: SkyChoice,
    chosen: Option<SkyChoice>,
) -> Vec<Choice> {
    let as_shoot = Choice {
        value: AS_SHOOT.to_owned(),
        label: format!("As in the shoot: {}", in_sentence(skies, of_shoot)),
        is_chosen: chosen.is_none(),
    };
    [as_shoot]
        .into_iter()
        .chain(choices(skies, chosen))
        .collect()
}

/// The value in forms and documents; for an own picture, its id.
pub fn value(choice: SkyChoice) -> String {
    match choice {
        SkyChoice::Own(id) => id.to_string(),
        _ => choice.word().to_string(),
    }
}

/// "Light cloud", or the name of an own picture.
pub fn label(skies: &[Sky], choice: SkyChoice) -> String {
    match choice {
        SkyChoice::Keep => "Keep the sky".into(),
        SkyChoice::Clear => "Clear".into(),
        SkyChoice::LightCloud => "Light cloud".into(),
        SkyChoice::HighCloud => "High cloud".into(),
        SkyChoice::Own(id) => {
            let own = skies.iter().find(|sky| sky.id == id);
            match own {
                Some(sky) if sky.removed_at.is_some() => format!("{} (removed)", sky.name),
                Some(sky) => sky.name.clone(),
                None => "Your own sky".into(),
            }
        }
    }
}

/// The label after a colon; a name stays as it was given.
fn in_sentence(skies: &[Sky], choice: SkyChoice) -> String {
    match choice {
        SkyChoice::Own(_) => label(skies, choice),
        _ => label(skies, choice).to_lowercase(),
    }
}
