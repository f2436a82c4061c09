//! Usual faults of photos, made on purpose in linear light: too dark, too bright, a cast,
//! dark corners. Shared by the recovery stories and the examples.

use plumbline_enhance::Pixels;

/// The degradations, by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// Stops more (or less) light, clipped at white.
    Exposure(f32),
    /// Balanced for 6500 K, lit by 4000 K.
    Warm,
    /// Balanced for 4000 K, lit by 6500 K.
    Cool,
    /// Stops lost in the corners, by the square of the radius.
    Corners(f32),
}

/// The degradations that must come back by half.
pub const FAULTS: [(&str, Fault); 5] = [
    ("dark-1.5EV", Fault::Exposure(-1.5)),
    ("bright+1EV", Fault::Exposure(1.0)),
    ("warm-2500K", Fault::Warm),
    ("cool+2500K", Fault::Cool),
    ("corners-1EV", Fault::Corners(1.0)),
];

/// Bradford adaptation between the daylights of 6500 K and 4000 K (CIE D series), in linear sRGB:
/// rows red, green, blue.
const WARM: [[f32; 3]; 3] = [
    [1.1390, 0.2209, 0.0280],
    [-0.0107, 0.9380, 0.0081],
    [-0.0119, -0.0396, 0.5479],
];
/// The way back.
const COOL: [[f32; 3]; 3] = [
    [0.8756, -0.2079, -0.0417],
    [0.0098, 1.0631, -0.0162],
    [0.0197, 0.0723, 1.8230],
];

fn linear(v: u8) -> f32 {
    let unit = f32::from(v) / 255.0;
    if unit <= 0.04045 {
        unit / 12.92
    } else {
        ((unit + 0.055) / 1.055).powf(2.4)
    }
}

fn sample(light: f32) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let unit = if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    (unit * 255.0 + 0.5) as u8
}

fn mixed(by: &[[f32; 3]; 3], light: [f32; 3]) -> [f32; 3] {
    by.map(|row| row[0] * light[0] + row[1] * light[1] + row[2] * light[2])
}

/// A degraded 8-bit copy.
pub fn degraded(pixels: &Pixels, fault: Fault) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    let (cx, cy) = ((width as f32 - 1.0) / 2.0, (height as f32 - 1.0) / 2.0);
    let table: Vec<f32> = (0..=255).map(linear).collect();
    let mut samples = Vec::with_capacity(pixels.pixel_count() as usize * 3);
    for (i, p) in pixels.rgb8().as_chunks::<3>().0.iter().enumerate() {
        let light = p.map(|v| table[usize::from(v)]);
        let (x, y) = (i as u32 % width, i as u32 / width);
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let square = (dx * dx + dy * dy) / (cx * cx + cy * cy);
        let light = match fault {
            Fault::Exposure(ev) => light.map(|v| v * ev.exp2()),
            Fault::Warm => mixed(&WARM, light),
            Fault::Cool => mixed(&COOL, light),
            Fault::Corners(ev) => light.map(|v| v * (-ev * square).exp2()),
        };
        samples.extend(light.map(sample));
    }
    Pixels::from_eight(width, height, samples).expect("as many samples as the source")
}
