//! The contact sheet: every exterior with its matte and the three skies that are calculated,
//! without any other correction, and what would become of its sky in a shoot.

use std::fs;
use std::path::Path;

use plumbline_documents::Place;
use plumbline_enhance::plan::sky::{NewSky, Sky};
use plumbline_enhance::{
    Decoded, Measured, Overrides, Pixels, Preset, Scene, SkyChoice, measure, preview, sky, small,
};

use crate::bench::sight::labels::Label;
use crate::bench::sight::montage::{Page, Strip};
use crate::bench::sight::{Looker, Recalled};
use crate::seeing::{self, Seeing};
use crate::{files, look};

/// Longer side of a picture on the sheet, pixels.
const LONG_EDGE: u32 = 600;

/// Writes the pages of one analyzer into a folder.
pub fn make(out: &Path, photos: &Path, labels: &[&Label], looker: &Looker) -> anyhow::Result<()> {
    fs::create_dir_all(out)?;
    let mut page = Page::new(out);
    for label in labels {
        let photo = files::open(&photos.join(&label.file))?;
        page.add(strip(label.name(), &photo, looker)?)?;
    }
    page.finish()
}

fn strip(name: &str, photo: &Decoded, looker: &Looker) -> anyhow::Result<Strip> {
    let scene = looker.analyzer.analyze(&small(&photo.pixels))?;
    let outside = Overrides {
        place: Some(Place::Exterior),
        ..Overrides::default()
    };
    let seeing = seeing::see(&photo.pixels, &Recalled(&scene), &outside)?;
    let measured = measure(&photo.pixels, &photo.metadata.shot());
    let matte = look::grey(&look::mask(&seeing, &photo.pixels));
    let mut pictures = vec![
        preview(&photo.pixels, LONG_EDGE),
        preview(&matte, LONG_EDGE),
    ];
    for choice in [
        SkyChoice::Clear,
        SkyChoice::LightCloud,
        SkyChoice::HighCloud,
    ] {
        pictures.extend(replaced(photo, &seeing, &measured, choice));
    }
    Ok(Strip {
        pictures,
        caption: caption(name, photo, &scene, &seeing, &measured)?,
    })
}

/// The photo with the sky that is wished, whatever speaks against it; `None`: there is no sky.
fn replaced(
    photo: &Decoded,
    seeing: &Seeing,
    measured: &Measured,
    choice: SkyChoice,
) -> Option<Pixels> {
    // As if a person had asked for it and painted where: all that is left to refuse is no sky.
    let overrides = Overrides {
        place: Some(Place::Exterior),
        sky_mask: seeing.scene.sky.clone(),
        sky: Some(choice),
    };
    let sky = seeing.sky(measured, &Preset::default(), &overrides, &photo.metadata);
    sky.new_sky()
        .and_then(|new| painted(&photo.pixels, seeing, new))
}

fn painted(pixels: &Pixels, seeing: &Seeing, new: &NewSky) -> Option<Pixels> {
    let matte = seeing.matte.as_ref()?;
    let picture = sky::replace(pixels, pixels.clone(), matte, new, None);
    Some(preview(&picture, LONG_EDGE))
}

/// Name, share, doubt, and what becomes of the sky in a shoot that asks for clear ones: as the analyzer
/// sees the photo and, where that differs, once a person said that it is of a house.
fn caption(
    name: &str,
    photo: &Decoded,
    scene: &Scene,
    outside: &Seeing,
    measured: &Measured,
) -> anyhow::Result<String> {
    let preset = Preset {
        sky: SkyChoice::Clear,
        ..Preset::default()
    };
    let overrides = Overrides::default();
    let seen = seeing::see(&photo.pixels, &Recalled(scene), &overrides)?;
    let alone = seen.sky(measured, &preset, &overrides, &photo.metadata);
    let overrides = Overrides {
        place: Some(Place::Exterior),
        ..overrides
    };
    let helped = outside.sky(measured, &preset, &overrides, &photo.metadata);
    let view = outside.matte.as_ref().map(|matte| matte.view);
    let (share, doubt) = view.map_or((0.0, 0.0), |view| (view.share, view.doubt));
    let mut caption = format!(
        "<b>{name}</b>: {:.1} % sky, doubt {doubt:.3}. {}",
        share * 100.0,
        decision(&alone)
    );
    if alone != helped {
        caption += &format!(" <i>Told that it is outside:</i> {}", decision(&helped));
    }
    Ok(caption)
}

fn decision(sky: &Sky) -> String {
    let word = match sky {
        Sky::Mine => "mine".to_owned(),
        Sky::Kept(why) => format!("kept, {why:?}"),
        Sky::New(new) => format!("new, {:?}", new.kind),
    };
    let sentence = sky.describe().unwrap_or_default();
    format!("<b>{word}</b>: {sentence}")
}
