//! Choices of people for a photo: the sky of its shoot, and a person's overrides for the photo
//! itself. Pictures that come with them are strangers' bytes, decoded under limits by the decoder of
//! photos, in its own process: an own sky keeps its 16 bits and its colours, and a mask with a profile or an
//! alpha channel means the same everywhere.

use std::sync::Arc;

use bytes::Bytes;
use plumbline_domain::ids::{MaskId, SkyId};
use plumbline_domain::shoots::overrides::{self, Said};
use plumbline_domain::shoots::skies::{self, Sky, SkyChoice as ChosenSky};
use plumbline_domain::shoots::{self, Shoot};
use plumbline_enhance::{Limits, Mask, Overrides, Pixels, SkyChoice};
use plumbline_storage::StorageError;
use plumbline_storage::key::Key;

use crate::failure::Failure;
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
        let said = said?;
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
    Ok(shoot?)
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
    let decoded = context.decode(&bytes, MASK_LIMITS).await;
    let decoded = decoded.map_err(|failure| refused(failure, MASK_DAMAGED))?;
    Ok(Mask::of_luma(&decoded.pixels))
}

/// A picture that is refused, in the words for what it was chosen as.
fn refused(failure: Failure, damaged: &str) -> Failure {
    match failure {
        Failure::Final(_) => Failure::Final(damaged.to_owned()),
        other => other,
    }
}

async fn own_sky(context: &JobContext<'_>, id: SkyId) -> Result<Pixels, Failure> {
    let mut scope = context.scope().await?;
    let sky = skies::find_even_removed(&mut scope, id).await;
    let sky = sky?;
    drop(scope);
    let damaged = sky_damaged(sky.as_ref());
    let key = Key::sky(context.job.organization().uuid(), id.uuid());
    let bytes = fetched(context, &key, &damaged).await?;
    let decoded = context.decode(&bytes, Limits::default()).await;
    let decoded = decoded.map_err(|failure| refused(failure, &damaged))?;
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
        other => other.map_err(Failure::of_storage),
    }
}
