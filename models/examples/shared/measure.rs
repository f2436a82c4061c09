//! Score of a sky network, beside its teacher: on the checked masks, on the hand-drawn ones of
//! LabelMeFacade (measured only: nothing ever learns from them), and on interiors.

use std::path::Path;

use plumbline_enhance::Mask;
use plumbline_models::nets::sky::SkyNet;
use plumbline_models::train::data;
use plumbline_models::train::loss::iou;

use super::{Photo, Result, Teacher, fold, photos};

pub fn all(folder: &str, teacher: &str, weights: Option<&Path>) -> Result<()> {
    let net = match weights {
        Some(weights) => SkyNet::from_file(weights)?,
        None => SkyNet::shipped()?,
    };
    let (folder, weights_of_teacher) = (Path::new(folder), Path::new(teacher));
    let teacher = Teacher::open(weights_of_teacher)?;
    let photos = photos(folder, weights_of_teacher)?;
    let mut rows = Vec::new();
    for photo in photos.iter().filter(|photo| photo.is_checked) {
        let found = net.probability(&photo.example.picture)?;
        let theirs = whole(&teacher.likely(&photo.example.picture)?);
        let name = format!(
            "{} (fold {})",
            photo.example.name,
            fold(&photo.example.name, 4)
        );
        rows.extend(
            iou(&found, &photo.example)
                .map(|ours| (name, ours, iou(&theirs, &photo.example).unwrap_or(0.0))),
        );
    }
    report("checked", &rows);
    rows.clear();
    let drawn = folder.join("sky-masks/labelmefacade-research-only");
    for example in data::pairs(&drawn, &drawn)? {
        let found = net.probability(&example.picture)?;
        let theirs = whole(&teacher.likely(&example.picture)?);
        rows.extend(iou(&found, &example).map(|ours| {
            (
                example.name.clone(),
                ours,
                iou(&theirs, &example).unwrap_or(0.0),
            )
        }));
    }
    report("hand-drawn, never learned from", &rows);
    interiors(&net, &teacher, &photos)
}

fn whole(likely: &[f32]) -> Mask {
    let values = likely.iter().map(|v| (v * 255.0).round() as u8).collect();
    let side = Teacher::SIDE as u32;
    Mask::new(side, side, values).expect("as many values as pixels")
}

fn report(title: &str, rows: &[(String, f32, f32)]) {
    for (name, ours, theirs) in rows {
        println!("{ours:.3} {theirs:.3} {name}");
    }
    for (who, values) in [("ours", 1), ("the teacher's", 2)] {
        let mut values: Vec<f32> = rows
            .iter()
            .map(|r| if values == 1 { r.1 } else { r.2 })
            .collect();
        values.sort_by(f32::total_cmp);
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let median = values[values.len() / 2];
        println!(
            "{title}, {who}: mean {mean:.3}, median {median:.3}, worst {:.3}, of {}",
            values[0],
            values.len()
        );
    }
}

fn interiors(net: &SkyNet, teacher: &Teacher, photos: &[Photo]) -> Result<()> {
    let above = |mask: &Mask| {
        let many = mask.values().iter().filter(|&&v| v >= 128).count();
        many as f32 / mask.values().len() as f32
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for photo in photos.iter().filter(|photo| photo.is_interior) {
        ours.push(above(&net.probability(&photo.example.picture)?));
        theirs.push(above(&whole(&teacher.likely(&photo.example.picture)?)));
    }
    for (who, shares) in [("ours", ours), ("the teacher's", theirs)] {
        let some = shares.iter().filter(|&&share| share > 0.005).count();
        let most = shares.iter().copied().fold(0.0, f32::max);
        println!(
            "interiors, {who}: {some} of {} with sky on more than 0.5 %, at most {:.1} %",
            shares.len(),
            most * 100.0
        );
    }
    Ok(())
}
