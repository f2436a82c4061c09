//! Pictures that are no photos, drawn by code: floor plans, screens, certificates, sheets of text.

use plumbline_enhance::Pixels;

use super::sheet::{Colour, Sheet};

/// Kinds of drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// Walls, rooms in thin tints, labels.
    Plan,
    /// A window with bars, buttons, text, and flat panels.
    Screen,
    /// The same, dark.
    DarkScreen,
    /// A tinted sheet with a border of fine lines, text and a seal.
    Certificate,
    /// Lines of text on white.
    Text,
    /// Bars over a grid.
    Chart,
}

/// All of them.
pub const ALL: [Drawing; 6] = [
    Drawing::Plan,
    Drawing::Screen,
    Drawing::DarkScreen,
    Drawing::Certificate,
    Drawing::Text,
    Drawing::Chart,
];

/// The drawing; every seed lays it out another way.
pub fn drawn(width: u32, height: u32, drawing: Drawing, seed: usize) -> Pixels {
    let mut sheet = Sheet::new(width, height, &[&format!("{drawing:?}"), &seed.to_string()]);
    match drawing {
        Drawing::Plan => plan(&mut sheet),
        Drawing::Screen => screen(&mut sheet, [250.0, 250.0, 252.0], [25.0, 28.0, 33.0]),
        Drawing::DarkScreen => screen(&mut sheet, [30.0, 31.0, 36.0], [220.0, 222.0, 226.0]),
        Drawing::Certificate => certificate(&mut sheet),
        Drawing::Text => text(&mut sheet),
        Drawing::Chart => chart(&mut sheet),
    }
    sheet.picture()
}

const INK: Colour = [20.0, 20.0, 24.0];
const TINTS: [Colour; 6] = [
    [255.0, 250.0, 226.0],
    [232.0, 244.0, 255.0],
    [240.0, 255.0, 236.0],
    [255.0, 236.0, 236.0],
    [246.0, 240.0, 255.0],
    [255.0, 255.0, 255.0],
];

fn plan(sheet: &mut Sheet) {
    let (w, h) = (sheet.width, sheet.height);
    let thick = w / 150.0;
    let (left, top, right, bottom) = (w * 0.06, h * 0.08, w * 0.93, h * 0.90);
    let middle = left + (right - left) * sheet.rng.within(0.35, 0.65);
    for (x0, x1) in [(left, middle), (middle, right)] {
        let split = top + (bottom - top) * sheet.rng.within(0.3, 0.7);
        for (y0, y1) in [(top, split), (split, bottom)] {
            let tint = TINTS[sheet.rng.below(TINTS.len())];
            sheet.rect(x0, y0, x1, y1, tint);
            sheet.frame(x0, y0, x1, y1, thick, INK);
            sheet.words(
                x0 + w * 0.04,
                y0 + h * 0.06,
                h * 0.022,
                (x1 - x0) * 0.4,
                INK,
            );
            sheet.arc(x1 - w * 0.05, y1, w * 0.045, 1.5, [90.0; 3]);
        }
    }
    sheet.words(w * 0.35, h * 0.95, h * 0.022, w * 0.3, [90.0; 3]);
}

fn screen(sheet: &mut Sheet, back: Colour, ink: Colour) {
    let (w, h) = (sheet.width, sheet.height);
    let accent = [
        sheet.rng.within(20.0, 90.0),
        110.0,
        sheet.rng.within(120.0, 235.0),
    ];
    let panel = back.map(|v| if v > 128.0 { v - 12.0 } else { v + 14.0 });
    sheet.rect(0.0, 0.0, w, h, back);
    sheet.rect(0.0, 0.0, w, h * 0.07, accent);
    sheet.words(w * 0.02, h * 0.025, h * 0.02, w * 0.2, [255.0; 3]);
    sheet.rect(0.0, h * 0.07, w * 0.2, h, panel);
    for i in 0..12 {
        let y = h * (0.11 + 0.06 * i as f32);
        sheet.words(w * 0.02, y, h * 0.015, w * 0.13, ink);
    }
    for i in 0..6 {
        let (x, y) = (
            w * (0.23 + 0.26 * (i % 3) as f32),
            h * (0.12 + 0.42 * (i / 3) as f32),
        );
        sheet.rect(x, y, x + w * 0.22, y + h * 0.36, panel);
        sheet.frame(
            x,
            y,
            x + w * 0.22,
            y + h * 0.36,
            1.0,
            ink.map(|v| (v + 128.0) / 2.0),
        );
        for line in 0..5 {
            let length = w * sheet.rng.within(0.1, 0.19);
            sheet.words(
                x + w * 0.01,
                y + h * (0.03 + 0.035 * line as f32),
                h * 0.014,
                length,
                ink,
            );
        }
        sheet.rect(
            x + w * 0.01,
            y + h * 0.28,
            x + w * 0.09,
            y + h * 0.33,
            accent,
        );
        sheet.words(x + w * 0.02, y + h * 0.297, h * 0.013, w * 0.05, [255.0; 3]);
    }
}

fn certificate(sheet: &mut Sheet) {
    let (w, h) = (sheet.width, sheet.height);
    let tint = TINTS[sheet.rng.below(5)];
    let deep = [
        sheet.rng.within(20.0, 160.0),
        60.0,
        sheet.rng.within(40.0, 150.0),
    ];
    sheet.rect(0.0, 0.0, w, h, tint);
    for i in 0..6 {
        let inset = w * (0.02 + 0.006 * i as f32);
        sheet.frame(inset, inset, w - inset, h - inset, 1.2, deep);
    }
    for i in 0..40 {
        let x = w * (0.06 + 0.0225 * i as f32);
        sheet.arc(x, h * 0.10, w * 0.012, 0.8, deep);
        sheet.arc(x, h * 0.92, w * 0.012, 0.8, deep);
    }
    sheet.words(w * 0.25, h * 0.17, h * 0.05, w * 0.5, deep);
    for i in 0..9 {
        let length = w * sheet.rng.within(0.4, 0.62);
        sheet.words(
            w * 0.18,
            h * (0.32 + 0.05 * i as f32),
            h * 0.02,
            length,
            INK,
        );
    }
    for ring in 0..5 {
        sheet.arc(
            w * 0.78,
            h * 0.8,
            h * (0.05 + 0.008 * ring as f32),
            1.5,
            deep,
        );
        sheet.arc_back(
            w * 0.78,
            h * 0.8,
            h * (0.05 + 0.008 * ring as f32),
            1.5,
            deep,
        );
    }
}

fn text(sheet: &mut Sheet) {
    let (w, h) = (sheet.width, sheet.height);
    let size = h * sheet.rng.within(0.012, 0.02);
    let mut y = h * 0.07;
    while y < h * 0.93 {
        let length = w * sheet.rng.within(0.55, 0.82);
        sheet.words(w * 0.09, y, size, length, INK);
        y += size * 1.8;
    }
}

fn chart(sheet: &mut Sheet) {
    let (w, h) = (sheet.width, sheet.height);
    for i in 0..9 {
        let y = h * (0.12 + 0.09 * f32::from(i as u8));
        sheet.rect(w * 0.1, y, w * 0.95, y + 1.0, [210.0; 3]);
        sheet.words(w * 0.04, y - h * 0.008, h * 0.016, w * 0.04, [90.0; 3]);
    }
    for i in 0..12 {
        let (x, top) = (
            w * (0.13 + 0.065 * i as f32),
            h * sheet.rng.within(0.15, 0.7),
        );
        let colour = [60.0 + 12.0 * i as f32, 120.0, 190.0 - 8.0 * i as f32];
        sheet.rect(x, top, x + w * 0.045, h * 0.84, colour);
        sheet.words(x, h * 0.87, h * 0.016, w * 0.04, INK);
    }
}
