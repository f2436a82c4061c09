//! Runs the whole natural pipeline over photo files and prints one line each, for looking and
//! timing by hand: `sheet OUT_DIR FILE...` writes `NAME.before.jpg` and `NAME.after.jpg` at 900
//! pixels. A directory of `-` writes nothing.
#![allow(clippy::disallowed_methods, missing_docs)]

use plumbline_enhance as enhance;
use std::path::Path;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().expect("a directory to write into");
    for file in arguments {
        let name = Path::new(&file)
            .file_stem()
            .expect("a file name")
            .to_string_lossy()
            .into_owned();
        match one(&file, &name, &out) {
            Ok(line) => println!("{line}"),
            Err(why) => println!("{name}: {why}"),
        }
    }
}

fn one(file: &str, name: &str, out: &str) -> Result<String, Box<dyn std::error::Error>> {
    let decoded = enhance::decode(&std::fs::read(file)?, &enhance::Limits::default())?;
    let measured = enhance::measure(&decoded.pixels, &decoded.metadata.shot());
    let scene = enhance::Scene::default();
    let plan = enhance::plan(&measured, &scene, &enhance::Preset::default(), false);
    let original = enhance::straighten(decoded.pixels, &plan);
    let result = enhance::apply(&original, &plan, &scene, None)?;
    let report = enhance::inspect(&original, &result, &plan);
    if out != "-" {
        for (pixels, kind) in [(&original, "before"), (&result, "after")] {
            let small = enhance::preview(pixels, 900);
            let bytes = enhance::encode(
                &small,
                &enhance::Metadata::default(),
                &enhance::Output::default(),
            )?;
            std::fs::write(Path::new(out).join(format!("{name}.{kind}.jpg")), bytes)?;
        }
    }
    let value = |m: &str| report.measure(m).map_or(f64::NAN, |m| m.value);
    let t = plan.tone;
    Ok(format!(
        "{:?} {name:.30} med {:.2} p25 {:.2} p995 {:.2} deep {:.2} bri {:.2} clip {:.3} gs {:.2} | ev {:.2} lift {:.2} hi {:.2} knee {:.1} wb {:.2?} | s {:.3} nd {:.2} tc {:.2} hl {:.3} sh {:.3} ssim {:.3} dE {:.1} p95 {:.1}",
        report.verdict,
        measured.luma_median,
        measured.luma_p25,
        measured.luma_p995,
        measured.deep_shadows,
        measured.bright,
        measured.clipped,
        measured.grey_share,
        t.exposure_ev,
        t.shadow_lift_ev,
        t.highlight_ev,
        t.knee,
        plan.white_balance.gains,
        value("structure"),
        value("neutral_drift"),
        value("tile_chroma"),
        value("lost_highlights"),
        value("lost_shadows"),
        value("ssim"),
        value("delta_e_mean"),
        value("delta_e_p95")
    ))
}
