//! Lays strips of pictures one below the other, six a page, and lists the pages in `index.html`.

use std::fs;
use std::path::{Path, PathBuf};

use plumbline_enhance::{EncodeError, Metadata, Output, Pixels, encode};

/// Strips a page.
const STRIPS: usize = 6;
/// Pixels between pictures.
const GAP: usize = 8;

/// One photo's pictures and what is said about it.
pub struct Strip {
    pub pictures: Vec<Pixels>,
    /// HTML.
    pub caption: String,
}

/// The page that is being filled, and the ones before.
pub struct Page {
    out: PathBuf,
    waiting: Vec<Strip>,
    html: String,
    count: usize,
    strips: usize,
}

impl Page {
    pub fn new(out: &Path) -> Self {
        Self {
            out: out.to_owned(),
            waiting: Vec::new(),
            html: "<!doctype html><meta charset=utf-8><title>Skies</title>\n\
                   <p>From left to right: photo, matte, clear, light cloud, high cloud.\n"
                .to_owned(),
            count: 0,
            strips: 0,
        }
    }

    pub fn add(&mut self, strip: Strip) -> anyhow::Result<()> {
        self.waiting.push(strip);
        if self.waiting.len() == STRIPS {
            self.write()?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> anyhow::Result<()> {
        if !self.waiting.is_empty() {
            self.write()?;
        }
        fs::write(self.out.join("index.html"), &self.html)?;
        Ok(())
    }

    fn write(&mut self) -> anyhow::Result<()> {
        let strips = std::mem::take(&mut self.waiting);
        let name = format!("page-{:03}.jpg", self.count);
        fs::write(self.out.join(&name), montage(&strips)?)?;
        self.html += &format!("<p><img src={name} style='max-width:100%'>\n");
        self.html += &format!("<ol start={}>\n", self.strips + 1);
        for strip in &strips {
            self.html += &format!("<li>{}\n", strip.caption);
        }
        self.html += "</ol>\n";
        self.count += 1;
        self.strips += strips.len();
        Ok(())
    }
}

fn montage(strips: &[Strip]) -> Result<Vec<u8>, EncodeError> {
    let sides = |strip: &Strip| {
        let widths = strip.pictures.iter().map(|p| p.width() as usize + GAP);
        let heights = strip.pictures.iter().map(|p| p.height() as usize + GAP);
        (widths.sum::<usize>(), heights.max().unwrap_or(0))
    };
    let sides: Vec<_> = strips.iter().map(sides).collect();
    let width = sides.iter().map(|side| side.0).max().unwrap_or(1);
    let height: usize = sides.iter().map(|side| side.1).sum();
    let mut canvas = vec![255_u8; width * height * 3];
    let mut top = 0;
    for (strip, (_, tall)) in strips.iter().zip(sides) {
        let mut left = 0;
        for picture in &strip.pictures {
            lay(&mut canvas, width, picture, left, top);
            left += picture.width() as usize + GAP;
        }
        top += tall;
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
