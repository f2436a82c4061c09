//! Lays strips of pictures one below the other, six a page, and lists the pages in `index.html`.

use std::fs;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage, imageops};
use v_htmlescape::escape_fmt;

/// Strips a page.
const STRIPS: usize = 6;
/// Pixels between pictures.
const GAP: u32 = 8;
const QUALITY: u8 = 90;

/// One photo's pictures and its caption.
pub struct Strip {
    pub pictures: Vec<RgbImage>,
    pub title: String,
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
    /// Pages of a title, and the order of a strip's pictures.
    pub fn new(out: &Path, title: &str, order: &str) -> Self {
        Self {
            out: out.to_owned(),
            waiting: Vec::new(),
            html: format!(
                "<!doctype html><meta charset=utf-8><title>{title}</title>\n<p>From left to right: {order}.\n"
            ),
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
            let [title, caption] = [&strip.title, &strip.caption].map(|text| escape_fmt(text));
            self.html += &format!("<li><b>{title}</b> {caption}\n");
        }
        self.html += "</ol>\n";
        self.count += 1;
        self.strips += strips.len();
        Ok(())
    }
}

fn montage(strips: &[Strip]) -> anyhow::Result<Vec<u8>> {
    let sides = |strip: &Strip| {
        let widths = strip.pictures.iter().map(|p| p.width() + GAP);
        let heights = strip.pictures.iter().map(|p| p.height() + GAP);
        (widths.sum::<u32>(), heights.max().unwrap_or(0))
    };
    let sides: Vec<_> = strips.iter().map(sides).collect();
    let width = sides.iter().map(|side| side.0).max().unwrap_or(1);
    let height = sides.iter().map(|side| side.1).sum();
    let mut sheet = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    let mut top = 0;
    for (strip, (_, tall)) in strips.iter().zip(sides) {
        let mut left = 0;
        for picture in &strip.pictures {
            imageops::replace(&mut sheet, picture, left, top);
            left += i64::from(picture.width() + GAP);
        }
        top += i64::from(tall);
    }
    let mut bytes = Vec::new();
    sheet.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
    Ok(bytes)
}
