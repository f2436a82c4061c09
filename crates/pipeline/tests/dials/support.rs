//! The pipeline with dials turned, and numbers about its results.

use std::path::{Path, PathBuf};

use plumbline_documents::{Dial, Dials, StoredPlan, Verdict};
use plumbline_enhance::{
    Limits, Metadata, Output, Overrides, Pixels, Preset, decode, encode, preview,
};
use plumbline_fixtures::photos;
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::develop::{develop, discard};
use plumbline_pipeline::ingest::ingest;
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_pipeline::{analyzers, finishes};

/// Some of a folder's photos, small; none where there are none.
pub fn some(folder: &str, count: usize) -> Vec<(String, Pixels)> {
    let Some(root) = photos(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries(&root);
    paths.sort();
    let step = (paths.len() / count).max(1);
    let some = paths.iter().step_by(step).take(count);
    some.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, preview(&read(path), 1100))
    })
    .collect()
}

fn entries(root: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(root).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

#[expect(clippy::disallowed_methods, reason = "the photos are files")]
fn read(path: &Path) -> Pixels {
    let bytes = std::fs::read(path).unwrap();
    decode(&bytes, &Limits::default()).unwrap().pixels
}

/// A result, and what is said about it.
#[derive(Debug)]
pub struct Turned {
    pub picture: Pixels,
    pub plan: StoredPlan,
    pub said: Vec<String>,
    /// Sentences of the gates that held it; none: it passed.
    pub held: Vec<String>,
}

impl Turned {
    pub fn says(&self, words: &str) -> bool {
        self.said.iter().any(|sentence| sentence.contains(words))
    }
}

/// A dial of a photo's own.
pub fn one(dial: Dial, number: f32) -> Dials {
    let mut dials = Dials::default();
    *dials.number(dial) = Some(number);
    dials
}

/// The photo with its own dials turned.
pub fn turned(photo: &Pixels, own: Dials) -> Turned {
    developed(photo, own, Dials::default()).unwrap()
}

/// The photo with its own dials over those of a preset; the sentence where it is refused.
pub fn developed(photo: &Pixels, own: Dials, preset: Dials) -> Result<Turned, String> {
    let config = PipelineConfig {
        analyzer: analyzers::shipped(),
        model: None,
        finish: Some(finishes::shipped()),
        preset: Preset {
            dials: preset,
            ..Preset::default()
        },
        qc_policy: QcPolicy::default(),
    };
    let overrides = Overrides {
        dials: own,
        ..Overrides::default()
    };
    let file = encode(photo, &Metadata::default(), &Output::Png).unwrap();
    let on_step = &mut |_| true;
    let ingested = ingest(&file, on_step).map_err(|failure| failure.into_error().to_string())?;
    let developed = develop(ingested, &overrides, &config, &mut discard, on_step);
    let developed = developed.map_err(|failure| failure.into_error().to_string())?;
    let last = developed.attempts.last().unwrap();
    let qc = &last.report.inspection.qc;
    let held = match qc.verdict {
        Verdict::Passed => Vec::new(),
        _ => qc.held().map(|measure| measure.sentence.clone()).collect(),
    };
    Ok(Turned {
        picture: developed.picture,
        plan: last.plan.clone(),
        said: last.done.clone(),
        held,
    })
}

fn linear(v: f32) -> f32 {
    match v {
        v if v <= 0.040_45 => v / 12.92,
        v => ((v + 0.055) / 1.055).powf(2.4),
    }
}

/// CIELAB, D65, of an encoded sRGB colour.
pub fn lab(rgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(linear);
    let xyz = [
        (0.412_46 * r + 0.357_58 * g + 0.180_44 * b) / 0.950_47,
        0.212_67 * r + 0.715_15 * g + 0.072_18 * b,
        (0.019_33 * r + 0.119_19 * g + 0.950_30 * b) / 1.088_83,
    ];
    let [x, y, z] = xyz.map(|t| match t {
        t if t > 0.008_856 => t.cbrt(),
        t => 7.787 * t + 16.0 / 116.0,
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Numbers about light and colour.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// Mean L*.
    pub l: f32,
    /// Mean L* of the pixels that are the darkest and the brightest quarter of another picture.
    pub dark: f32,
    pub bright: f32,
    /// Standard deviation of L*.
    pub spread: f32,
    /// Mean a* and b*.
    pub a: f32,
    pub b: f32,
}

/// The pixels of a picture, the darkest first.
pub fn order(pixels: &Pixels) -> Vec<usize> {
    let labs = labs(pixels);
    let mut order: Vec<usize> = (0..labs.len()).collect();
    order.sort_by(|i, j| labs[*i][0].total_cmp(&labs[*j][0]));
    order
}

pub fn labs(pixels: &Pixels) -> Vec<[f32; 3]> {
    let rgb = pixels.rgb8();
    let some = rgb.as_chunks::<3>().0.iter().step_by(7);
    some.map(|p| lab(p.map(|v| f32::from(v) / 255.0))).collect()
}

pub fn numbers(pixels: &Pixels, order: &[usize]) -> Numbers {
    let labs = labs(pixels);
    let mean = |k: usize, of: &[usize]| {
        of.iter().map(|i| f64::from(labs[*i][k])).sum::<f64>() / of.len() as f64
    };
    let quarter = order.len() / 4;
    let l = mean(0, order);
    let square = |i: &usize| (f64::from(labs[*i][0]) - l).powi(2);
    let spread = order.iter().map(square).sum::<f64>() / order.len() as f64;
    Numbers {
        l: l as f32,
        dark: mean(0, &order[..quarter]) as f32,
        bright: mean(0, &order[order.len() - quarter..]) as f32,
        spread: spread.sqrt() as f32,
        a: mean(1, order) as f32,
        b: mean(2, order) as f32,
    }
}
