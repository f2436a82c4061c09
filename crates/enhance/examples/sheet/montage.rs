//! Lays pictures side by side, six strips a page, and lists the pages in `index.html`.

use plumbline_enhance::{EncodeError, Metadata, Output, Pixels, encode};
use std::path::{Path, PathBuf};

/// Strips a page.
const STRIPS: usize = 6;
/// Pixels between pictures.
const GAP: usize = 8;

/// One photo's pictures and what is said about it.
pub struct Strip {
    pub pictures: Vec<Pixels>,
    pub caption: String,
    pub numbers: String,
}

/// The page that is being filled, and the ones before.
pub struct Page {
    out: PathBuf,
    waiting: Vec<Strip>,
    html: String,
    count: usize,
}

impl Page {
    pub fn new(out: &Path) -> Self {
        Self {
            out: out.to_owned(),
            waiting: Vec::new(),
            html: "<!doctype html><meta charset=utf-8><title>Contact sheet</title>\n".to_owned(),
            count: 0,
        }
    }

    pub fn add(&mut self, strip: Strip) -> Result<(), Box<dyn std::error::Error>> {
        self.waiting.push(strip);
        if self.waiting.len() == STRIPS {
            self.write()?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), Box<dyn std::error::Error>> {
        if !self.waiting.is_empty() {
            self.write()?;
        }
        std::fs::write(self.out.join("index.html"), &self.html)?;
        Ok(())
    }

    fn write(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let strips = std::mem::take(&mut self.waiting);
        let name = format!("page-{:03}.jpg", self.count);
        std::fs::write(self.out.join(&name), montage(&strips)?)?;
        self.html += &format!("<p><img src={name} style='max-width:100%'>\n<ol>");
        for strip in &strips {
            self.html += &format!("<li>{}\n", strip.caption);
        }
        self.html += "</ol>\n";
        self.count += 1;
        Ok(())
    }
}

/// Two strips a row.
fn montage(strips: &[Strip]) -> Result<Vec<u8>, EncodeError> {
    let across = |strip: &Strip| -> usize {
        let widths = strip.pictures.iter().map(|p| p.width() as usize + GAP);
        widths.sum()
    };
    let rows: Vec<&[Strip]> = strips.chunks(2).collect();
    let tall = |row: &[Strip]| {
        let heights = row.iter().flat_map(|s| &s.pictures);
        heights.map(|p| p.height() as usize).max().unwrap_or(0) + GAP
    };
    let wide = |row: &&[Strip]| row.iter().map(across).sum::<usize>() + 3 * GAP;
    let width = rows.iter().map(wide).max().unwrap_or(1);
    let height: usize = rows.iter().map(|row| tall(row)).sum();
    let mut canvas = vec![255_u8; width * height * 3];
    let mut top = 0;
    for row in rows {
        let mut left = 0;
        for strip in row {
            for picture in &strip.pictures {
                lay(&mut canvas, width, picture, left, top);
                left += picture.width() as usize + GAP;
            }
            left += 3 * GAP;
        }
        top += tall(row);
    }
    let sheet = Pixels::from_eight(width as u32, height as u32, canvas).expect("a full canvas");
    encode(&sheet, &Metadata::default(), &Output::Jpeg { quality: 90 })
}

fn lay(canvas: &mut [u8], width: usize, picture: &Pixels, left: usize, top: usize) {
    let row = picture.width() as usize * 3;
    for (y, from) in picture.rgb8().chunks(row).enumerate() {
        let at = ((top + y) * width + left) * 3;
        canvas[at..at + row].copy_from_slice(from);
    }
}
