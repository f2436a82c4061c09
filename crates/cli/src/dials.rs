//! Dials as arguments: one for each, in the units that they have everywhere.

use plumbline_documents::{BadDial, Dial, Dials, WhiteAt};

/// Turned on top of the correction.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Dials", allow_negative_numbers = true)]
pub struct DialArgs {
    /// Stops for the middle of the brightness, -2 to 2: black stays black, and white stays white.
    #[arg(long, value_name = "STOPS", value_parser = |v: &str| number(Dial::Brightness, v))]
    brightness: Option<f32>,
    /// Cooler or warmer, -1 to 1.
    #[arg(long, value_name = "NUMBER", value_parser = |v: &str| number(Dial::Warmth, v))]
    warmth: Option<f32>,
    /// Greener or more magenta, -1 to 1.
    #[arg(long, value_name = "NUMBER", value_parser = |v: &str| number(Dial::Tint, v))]
    tint: Option<f32>,
    /// A place that is white or grey in truth, and becomes it: shares across and down the photo as it
    /// came, 0 to 1; a radius may follow, a share of the longer side.
    #[arg(long, value_name = "X,Y[,RADIUS]", value_parser = white_at)]
    white_at: Option<WhiteAt>,
    /// Dark areas deeper or more open, -1 to 1.
    #[arg(long, value_name = "NUMBER", value_parser = |v: &str| number(Dial::Shadows, v))]
    shadows: Option<f32>,
    /// Bright areas calmer or brighter, -1 to 1.
    #[arg(long, value_name = "NUMBER", value_parser = |v: &str| number(Dial::Highlights, v))]
    highlights: Option<f32>,
    /// Contrast lower or higher, -1 to 1.
    #[arg(long, value_name = "NUMBER", value_parser = |v: &str| number(Dial::Contrast, v))]
    contrast: Option<f32>,
    /// Share of the measured lean that is straightened, 0 to 1; on or off.
    #[arg(long, value_name = "SHARE", value_parser = verticals)]
    verticals: Option<f32>,
    /// Share of the width and of the height that is cut from each side, 0 to 0.1.
    #[arg(long, value_name = "SHARE", value_parser = |v: &str| number(Dial::CropMargin, v))]
    crop_margin: Option<f32>,
}

impl From<&DialArgs> for Dials {
    fn from(args: &DialArgs) -> Self {
        Self {
            brightness: args.brightness,
            warmth: args.warmth,
            tint: args.tint,
            white_at: args.white_at,
            shadows: args.shadows,
            highlights: args.highlights,
            contrast: args.contrast,
            verticals: args.verticals,
            crop_margin: args.crop_margin,
        }
    }
}

fn number(dial: Dial, text: &str) -> Result<f32, BadDial> {
    dial.checked(text.trim().parse().unwrap_or(f32::NAN))
}

fn verticals(text: &str) -> Result<f32, BadDial> {
    match text {
        "off" => Ok(0.0),
        "on" => Ok(1.0),
        _ => number(Dial::Verticals, text),
    }
}

fn white_at(text: &str) -> Result<WhiteAt, BadDial> {
    let numbers: Result<Vec<f32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let at = match numbers.as_deref() {
        Ok([x, y]) => WhiteAt::new(*x, *y),
        Ok([x, y, radius]) => WhiteAt {
            radius: *radius,
            ..WhiteAt::new(*x, *y)
        },
        _ => return Err(BadDial::WhiteAt),
    };
    at.checked()
}
