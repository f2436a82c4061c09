//! Choices of people for a photo: the sky of its shoot, and a person's overrides for the photo
//! itself. Pictures that come with them are strangers' bytes, decoded here, under limits, by the
//! decoder of photos: an own sky keeps its 16 bits and its colours, and a mask with a profile or an
//! alpha channel means the same everywhere.

use std::sync::Arc;

use bytes::Bytes;
use plumbline_domain::ids::{MaskId, SkyId};
use plumbline_domain::shoots::overrides::{self, Said};
use plumbline_domain::shoots::skies::{self, Sky, SkyChoice as ChosenSky};
use plumbline_domain::shoots::{self, Shoot};
use plumbline_enhance::{Limits, Mask, Overrides, Pixels, SkyChoice, decode};
use plumbline_pipeline::failure::Failure;
use plumbline_storage::StorageError;
use plumbline_storage::key::Key;

use crate::failure;
use crate::job_context::JobContext;

/// A mask is painted over the preview, which is no larger.
const MASK_LIMITS: Limits = Limits {
    max_pixels: 2048 * 2048,
    max_side: 2048,
    min_short_side: 1,
    max_decoded_bytes: 64 << 20,
    max_jpeg_scans: 1,
};

const MASK_DAMAGED: &str = "The sky mask that was set for this photo cannot be read. \
    Paint it again, or reset sky and scene, on the photo's page.";

/// Everything that is wanted for one photo, besides what is found in it.
pub struct Choices {
    /// A person's overrides for the photo.
    pub overrides: Overrides,
    /// The sky that the shoot chose. Not asked for where the photo has a choice of
    /// its own.
    pub sky: SkyChoice,
}

impl Choices {
    pub async fn of(context: &JobContext<'_>, shoot: Option<&Shoot>) -> Result<Self, Failure> {
        let mut scope = context.scope().await?;
        let said = overrides::said(&mut scope, context.claim.photo.id).await;
        let said = said.map_err(Failure::retry)?;
        drop(scope);
        let sky = shoot.map(|shoot| shoot.sky).unwrap_or_default();
        let Some(said) = said else {
            return Ok(Self {
                overrides: Overrides::default(),
                sky: choice(context, sky).await?,
            });
        };
        let of_shoot = match said.sky {
            Some(_) => ChosenSky::Keep,
            None => sky,
        };
        Ok(Self {
            sky: choice(context, of_shoot).await?,
            overrides: overrides(context, &said).await?,
        })
    }
}

/// The shoot that the photo belongs to.
pub async fn shoot(context: &JobContext<'_>) -> Result<Option<Shoot>, Failure> {
    let mut scope = context.scope().await?;
    let shoot = shoots::find(&mut scope, context.claim.photo.shoot_id).await;
    shoot.map_err(Failure::retry)
}

async fn overrides(context: &JobContext<'_>, said: &Said) -> Result<Overrides, Failure> {
    Ok(Overrides {
        place: said.place,
        sky_mask: match said.mask {
            Some(id) => Some(mask(context, id).await?),
            None => None,
        },
        sky: match said.sky {
            Some(sky) => Some(choice(context, sky).await?),
            None => None,
        },
        ..Overrides::default()
    })
}

async fn choice(context: &JobContext<'_>, choice: ChosenSky) -> Result<SkyChoice, Failure> {
    Ok(match choice {
        ChosenSky::Keep => SkyChoice::Keep,
        ChosenSky::Clear => SkyChoice::Clear,
        ChosenSky::LightCloud => SkyChoice::LightCloud,
        ChosenSky::HighCloud => SkyChoice::HighCloud,
        ChosenSky::Own(id) => SkyChoice::Own(Arc::new(own_sky(context, id).await?)),
    })
}

async fn mask(context: &JobContext<'_>, id: MaskId) -> Result<Mask, Failure> {
    let (organization, photo) = (context.job.organization(), context.claim.photo.id);
    let key = Key::mask(organization.uuid(), photo.uuid(), id.uuid());
    let bytes = fetched(context, &key, MASK_DAMAGED).await?;
    context.work(move |_| read_mask(&bytes)).await
}

fn read_mask(bytes: &[u8]) -> Result<Mask, Failure> {
    let decoded =
        decode(bytes, &MASK_LIMITS).map_err(|_| Failure::Final(MASK_DAMAGED.to_owned()))?;
    Ok(Mask::of_luma(&decoded.pixels))
}

async fn own_sky(context: &JobContext<'_>, id: SkyId) -> Result<Pixels, Failure> {
    let mut scope = context.scope().await?;
    let sky = skies::find_even_removed(&mut scope, id).await;
    let sky = sky.map_err(Failure::retry)?;
    drop(scope);
    let damaged = sky_damaged(sky.as_ref());
    let key = Key::sky(context.job.organization().uuid(), id.uuid());
    let bytes = fetched(context, &key, &damaged).await?;
    context.work(move |_| read_sky(&bytes, damaged)).await
}

fn read_sky(bytes: &[u8], damaged: String) -> Result<Pixels, Failure> {
    let decoded = decode(bytes, &Limits::default()).map_err(|_| Failure::Final(damaged))?;
    Ok(decoded.pixels)
}

fn sky_damaged(sky: Option<&Sky>) -> String {
    let name = sky.map_or("chosen for this photo", |sky| sky.name.as_str());
    format!(
        "The sky picture {name} cannot be read. Choose another sky for this photo or its \
         shoot, or upload the picture again, and enhance the photo again."
    )
}

/// A picture that is missing is reported as damaged.
async fn fetched(context: &JobContext<'_>, key: &Key, damaged: &str) -> Result<Bytes, Failure> {
    match context.daemon.storage.get(key).await {
        Err(StorageError::Missing(_)) => Err(Failure::Final(damaged.to_owned())),
        other => other.map_err(failure::of_storage),
    }
}

#[cfg(test)]
mod tests {
    use plumbline_enhance::{Metadata, Output, encode};

    use super::*;

    #[test]
    fn white_is_sky_and_grey_is_half_of_it() {
        let samples = [[255; 3], [128; 3], [0; 3]].concat();
        let pixels = Pixels::from_eight(3, 1, samples).unwrap();
        let png = encode(&pixels, &Metadata::default(), &Output::Png).unwrap();

        let mask = read_mask(&png).unwrap();

        assert_eq!(mask.values(), [255, 128, 0]);
    }

    #[test]
    fn a_damaged_mask_or_one_too_large_says_what_to_do() {
        let wide = Pixels::from_eight(2049, 1, vec![0; 2049 * 3]).unwrap();
        let wide = encode(&wide, &Metadata::default(), &Output::Png).unwrap();
        for bytes in [&b"\x89PNG\r\n\x1a\n and nothing more"[..], &wide] {
            let Err(Failure::Final(sentence)) = read_mask(bytes) else {
                panic!("it cannot be read");
            };
            assert!(sentence.contains("Paint it again"), "{sentence}");
        }
    }
}
