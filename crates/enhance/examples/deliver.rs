//! The whole path by hand: `deliver IN OUT` decodes, corrects, inspects, encodes with metadata by
//! OUT's extension and makes the four previews. For exiftool and for `/usr/bin/time -v`.
#![allow(clippy::disallowed_methods, missing_docs)]

use plumbline_enhance as enhance;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = &paths[..] else {
        return Err("deliver IN OUT".into());
    };
    let extension = to.rsplit('.').next().unwrap_or_default();
    let output = enhance::Output::from_extension(extension).ok_or("OUT: jpg, tif or png")?;
    let decoded = enhance::decode(&std::fs::read(from)?, &enhance::Limits::default())?;
    let scene = enhance::Scene::default();
    let measured = enhance::measure(&decoded.pixels, &decoded.metadata.shot());
    let plan = enhance::plan(&measured, &scene, &enhance::Preset::default(), None);
    let original = enhance::straighten(decoded.pixels, &plan);
    let result = enhance::apply(&original, &plan, &scene, None)?;
    let report = enhance::inspect(&original, &result, &plan);
    for (pixels, edge) in [
        (&original, 2048),
        (&result, 2048),
        (&original, 640),
        (&result, 640),
    ] {
        enhance::encode_preview(&enhance::preview(pixels, edge), 82)?;
    }
    std::fs::write(to, enhance::encode(&result, &decoded.metadata, &output)?)?;
    println!(
        "{:?}\n{}\n{}",
        decoded.source,
        plan.describe().join(" "),
        report.headline()
    );
    Ok(())
}
