//! The pipeline as the programs run it, and numbers about its results.

use std::path::Path;
use std::sync::Arc;

use plumbline_documents::{Figure, Verdict};
use plumbline_enhance::{
    Decoded, FinishModel, Limits, Metadata, Output, Overrides, Pixels, Plan, Preset, SceneAnalyzer,
    SkyChoice, decode, decode_named, encode, inspect, preview,
};
use plumbline_pipeline::attempt::Attempt;
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::develop::{Developed, develop, discard};
use plumbline_pipeline::ingest::ingest_named;
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_pipeline::{analyzers, finishes};

/// A file and its name.
#[derive(Clone)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            bytes,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the photos are files")]
    pub fn read(path: &Path) -> Self {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).unwrap();
        Self { name, bytes }
    }

    pub fn decoded(&self) -> Decoded {
        decode_named(&self.bytes, &self.name, &Limits::default()).unwrap()
    }
}

/// A result: the delivered file, decoded again, and what is said about it.
pub struct Done {
    pub bytes: Vec<u8>,
    pub pixels: Pixels,
    pub metadata: Metadata,
    pub said: Vec<String>,
    pub attempts: Vec<Attempt>,
    pub passed: bool,
}

impl Done {
    pub fn xmp(&self) -> String {
        String::from_utf8(self.metadata.xmp.clone().unwrap_or_default()).unwrap()
    }

    pub fn says(&self, words: &str) -> bool {
        self.said.iter().any(|sentence| sentence.contains(words))
    }
}

/// A photo of the stock, as large as asked.
pub fn photo(path: &Path, long_edge: u32) -> Pixels {
    preview(&File::read(path).decoded().pixels, long_edge)
}

/// A JPEG that says nothing but its pixels and our profile.
pub fn jpeg(pixels: &Pixels) -> Vec<u8> {
    encode(pixels, &Metadata::default(), &Output::default()).unwrap()
}

/// Enhanced as usual, and delivered as what it came as.
pub fn enhanced(file: &File) -> Done {
    done(file, &Preset::default(), &Overrides::default())
}

pub fn at_strength(file: &File, strength: f32) -> Done {
    let preset = Preset {
        strength,
        ..Preset::default()
    };
    done(file, &preset, &Overrides::default())
}

/// Enhanced under a clear sky.
pub fn with_clear_sky(file: &File) -> Done {
    let overrides = Overrides {
        sky: Some(SkyChoice::Clear),
        ..Overrides::default()
    };
    done(file, &Preset::default(), &overrides)
}

/// Enhanced with another model of finishes.
pub fn finished_by(file: &File, finish: Arc<dyn FinishModel>) -> Done {
    under(file, finish, &Preset::default(), &Overrides::default())
}

fn done(file: &File, preset: &Preset, overrides: &Overrides) -> Done {
    under(file, finishes::shipped(), preset, overrides)
}

fn under(
    file: &File,
    finish: Arc<dyn FinishModel>,
    preset: &Preset,
    overrides: &Overrides,
) -> Done {
    let analyzer: Arc<dyn SceneAnalyzer> = analyzers::shipped();
    let config = PipelineConfig {
        analyzer,
        model: None,
        finish: Some(finish),
        preset: preset.clone(),
        qc_policy: QcPolicy::default(),
    };
    let on_step = &mut |_| true;
    let mut ingested = ingest_named(&file.name, &file.bytes, on_step)
        .map_err(|failure| failure.into_error())
        .unwrap();
    if preset.strength == 0.0 {
        ingested.keep_file(file.bytes.clone());
    }
    let developed = develop(ingested, overrides, &config, &mut discard, on_step);
    let developed = developed.map_err(|failure| failure.into_error()).unwrap();
    delivered(file, developed)
}

fn delivered(file: &File, developed: Developed) -> Done {
    let ending = Path::new(&file.name).extension().unwrap().to_string_lossy();
    let output = match Output::from_extension(&ending).unwrap() {
        Output::Tiff16 if developed.picture.bits() == 8 => Output::Tiff8,
        other => other,
    };
    let last = developed.attempts.last().unwrap();
    let (said, verdict) = (last.done.clone(), last.report.inspection.qc.verdict);
    let bytes = match developed.sent_file {
        Some(sent) => sent,
        None => encode(&developed.picture, &developed.metadata, &output).unwrap(),
    };
    let Decoded {
        pixels, metadata, ..
    } = decode(&bytes, &Limits::default()).unwrap();
    Done {
        bytes,
        pixels,
        metadata,
        said,
        attempts: developed.attempts,
        passed: verdict == Verdict::Passed,
    }
}

/// Mean CIEDE2000 between two pictures of one size.
pub fn mean_delta_e(one: &Pixels, other: &Pixels) -> f64 {
    assert_eq!(size(one), size(other), "they are framed differently");
    inspect(one, other, &Plan::identity())
        .figure(Figure::DeltaEMean)
        .unwrap()
        .value
}

/// Mean difference in 8-bit levels between two pictures of one size.
pub fn mean_levels(one: &Pixels, other: &Pixels) -> f64 {
    assert_eq!(size(one), size(other), "they are framed differently");
    let (one, other) = (one.rgb8(), other.rgb8());
    let sum: u64 = one
        .iter()
        .zip(other.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / one.len() as f64
}

pub fn size(pixels: &Pixels) -> (u32, u32) {
    (pixels.width(), pixels.height())
}

/// The picture under a change of each pixel's encoded values, 0.0 to 1.0.
pub fn changed(pixels: &Pixels, change: impl Fn(u32, u32, [f32; 3]) -> [f32; 3]) -> Pixels {
    let (width, height) = size(pixels);
    let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let of = change(x, y, pixels.unit(x, y));
            samples.extend(of.map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8));
        }
    }
    Pixels::from_eight(width, height, samples).unwrap()
}

/// Light of an encoded sRGB value, and back.
pub fn linear(v: f32) -> f32 {
    if v <= 0.040_45 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

pub fn encoded(v: f32) -> f32 {
    let v = v.clamp(0.0, 1.0);
    if v <= 0.003_130_8 {
        v * 12.92
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    }
}

/// The picture with its light changed by so many stops.
pub fn exposed(pixels: &Pixels, ev: f32) -> Pixels {
    changed(pixels, |_, _, rgb| {
        rgb.map(|v| encoded(linear(v) * ev.exp2()))
    })
}

/// CIELAB, D65, of an encoded sRGB colour.
pub fn lab(rgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(linear);
    let xyz = [
        (0.412_46 * r + 0.357_58 * g + 0.180_44 * b) / 0.950_47,
        0.212_67 * r + 0.715_15 * g + 0.072_18 * b,
        (0.019_33 * r + 0.119_19 * g + 0.950_30 * b) / 1.088_83,
    ];
    let [x, y, z] = xyz.map(|t| {
        if t > 0.008_856 {
            t.cbrt()
        } else {
            7.787 * t + 16.0 / 116.0
        }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Mean CIELAB of the pixels at positions, given as shares of width and height.
pub fn mean_lab(pixels: &Pixels, is_there: impl Fn(f32, f32) -> bool) -> [f32; 3] {
    let (width, height) = size(pixels);
    let (mut sum, mut count) = ([0.0_f64; 3], 0_u32);
    for y in (0..height).step_by(3) {
        for x in (0..width).step_by(3) {
            if is_there(x as f32 / width as f32, y as f32 / height as f32) {
                let of = lab(pixels.unit(x, y));
                (0..3).for_each(|c| sum[c] += f64::from(of[c]));
                count += 1;
            }
        }
    }
    sum.map(|v| (v / f64::from(count.max(1))) as f32)
}
