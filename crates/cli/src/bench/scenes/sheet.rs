//! The contact sheet: every exterior with its matte and the three skies that are calculated,
//! without any other correction, and what would become of its sky in a shoot.

use std::fs;
use std::path::Path;

use image::{DynamicImage, RgbImage};
use plumbline_documents::Place;
use plumbline_enhance::plan::sky::Sky;
use plumbline_enhance::sky::NewSky;
use plumbline_enhance::{
    Decoded, Measured, Overrides, Pixels, Preset, Scene, SkyChoice, measure, preview, sky, small,
};
use plumbline_pipeline::scene_analysis::SceneAnalysis;

use crate::bench::montage::{Page, Strip};
use crate::bench::scenes::labels::Label;
use crate::bench::scenes::{Candidate, analysis};
use crate::files;
use crate::pictures::{gray_image, rgb_image};

/// Longer side of a picture on the sheet, pixels.
const LONG_EDGE: u32 = 600;
const ORDER: &str = "photo, matte, clear, light cloud, high cloud";

/// Writes the pages of one analyzer into a folder.
pub fn make(
    out: &Path,
    photos: &Path,
    labels: &[&Label],
    candidate: &Candidate,
) -> anyhow::Result<()> {
    fs::create_dir_all(out)?;
    let mut page = Page::new(out, "Skies", ORDER);
    for label in labels {
        let photo = files::open(&photos.join(&label.file))?;
        page.add(strip(label.name(), &photo, candidate)?)?;
    }
    page.finish()
}

fn strip(name: &str, photo: &Decoded, candidate: &Candidate) -> anyhow::Result<Strip> {
    let scene = candidate.analyzer.analyze(&small(&photo.pixels))?;
    let outside = Overrides {
        place: Some(Place::Exterior),
        ..Overrides::default()
    };
    let outside = analysis(&photo.pixels, &scene, &outside);
    let measured = measure(&photo.pixels, &photo.metadata.shot());
    let matte = gray_image(&outside.sky_mask(&photo.pixels));
    let matte = DynamicImage::from(matte).thumbnail(LONG_EDGE, LONG_EDGE);
    let mut pictures = vec![reduced(&photo.pixels), matte.into_rgb8()];
    for choice in [
        SkyChoice::Clear,
        SkyChoice::LightCloud,
        SkyChoice::HighCloud,
    ] {
        pictures.extend(replaced(photo, &outside, &measured, choice));
    }
    Ok(Strip {
        pictures,
        title: name.to_owned(),
        caption: caption(photo, &scene, &outside, &measured),
    })
}

/// The photo with the sky that is asked for, whatever speaks against it; `None`: there is no sky.
fn replaced(
    photo: &Decoded,
    outside: &SceneAnalysis,
    measured: &Measured,
    choice: SkyChoice,
) -> Option<RgbImage> {
    // As if a person had asked for it and painted where: all that is left to refuse is no sky.
    let overrides = Overrides {
        place: Some(Place::Exterior),
        sky_mask: outside.scene.sky.clone(),
        sky: Some(choice),
        ..Overrides::default()
    };
    let sky = outside.sky(measured, &Preset::default(), &overrides, &photo.metadata);
    sky.new_sky()
        .and_then(|new| painted(&photo.pixels, outside, new))
}

fn painted(pixels: &Pixels, analysis: &SceneAnalysis, new: &NewSky) -> Option<RgbImage> {
    let matte = analysis.matte.as_ref()?;
    let picture = sky::replace(pixels, pixels.clone(), matte, new, None);
    Some(reduced(&picture))
}

fn reduced(pixels: &Pixels) -> RgbImage {
    rgb_image(&preview(pixels, LONG_EDGE))
}

/// Name, share, doubt, and the decision about the sky in a shoot that asks for clear ones: as the
/// analyzer judges the photo and, where that differs, with a person's word that it is of a house.
fn caption(photo: &Decoded, scene: &Scene, outside: &SceneAnalysis, measured: &Measured) -> String {
    let preset = Preset {
        sky: SkyChoice::Clear,
        ..Preset::default()
    };
    let overrides = Overrides::default();
    let analysis = analysis(&photo.pixels, scene, &overrides);
    let alone = analysis.sky(measured, &preset, &overrides, &photo.metadata);
    let overrides = Overrides {
        place: Some(Place::Exterior),
        ..overrides
    };
    let helped = outside.sky(measured, &preset, &overrides, &photo.metadata);
    let view = outside.matte.as_ref().map(|matte| matte.view);
    let (share, doubt) = view.map_or((0.0, 0.0), |view| (view.share, view.doubt));
    let mut caption = format!(
        "{:.1} % sky, doubt {doubt:.3}. {}",
        share * 100.0,
        decision(&alone)
    );
    if alone != helped {
        caption += &format!(" <i>With the override exterior:</i> {}", decision(&helped));
    }
    caption
}

fn decision(sky: &Sky) -> String {
    let word = match sky {
        Sky::Unchanged => "mine".to_owned(),
        Sky::Kept(why) => format!("kept, {why:?}"),
        Sky::New(new) => format!("new, {:?}", new.kind),
    };
    let sentence = sky.describe().unwrap_or_default();
    format!("<b>{word}</b>: {sentence}")
}
