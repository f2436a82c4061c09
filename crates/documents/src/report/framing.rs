//! Framing: the part of the original that the result shows.

use serde::{Deserialize, Serialize};

/// Framing of a result: the sizes before and after, and the turn between them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Framing {
    /// Columns and rows of the original as it came, upright.
    pub original: [u32; 2],
    /// Columns and rows of the result.
    pub framed: [u32; 2],
    /// Largest angle that was taken out, degrees; zero where nothing was turned.
    pub degrees: f32,
}

impl Framing {
    /// The framing of a result that shows all of its original.
    pub fn unchanged(original: [u32; 2]) -> Self {
        Self {
            original,
            framed: original,
            degrees: 0.0,
        }
    }

    /// True when the result is not the original's frame, pixel for pixel.
    pub fn is_changed(&self) -> bool {
        self.degrees != 0.0 || self.original != self.framed
    }

    /// Share of the picture's area that was cut away, 0 to 1.
    pub fn cut_share(&self) -> f64 {
        let area = |[width, height]: [u32; 2]| f64::from(width) * f64::from(height);
        (1.0 - area(self.framed) / area(self.original).max(1.0)).max(0.0)
    }

    /// The sentence for people; `None` where the frame is the original's.
    pub fn sentence(&self) -> Option<String> {
        if !self.is_changed() {
            return None;
        }
        let ([w, h], [to_w, to_h]) = (self.original, self.framed);
        let cut = self.cut_share() * 100.0;
        let pixels = format!("{w} × {h} → {to_w} × {to_h} pixels");
        Some(match self.degrees {
            0.0 => format!("{cut:.1} % of the picture's area was cut away ({pixels})."),
            turn => format!(
                "Straightened by {turn:.1}°; {cut:.1} % of the picture's area was cut away ({pixels})."
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_is_said_as_area_and_pixels() {
        let straightened = Framing {
            original: [6000, 4000],
            framed: [5702, 3796],
            degrees: 1.2,
        };
        assert_eq!(
            straightened.sentence().unwrap(),
            "Straightened by 1.2°; 9.8 % of the picture's area was cut away (6000 × 4000 → 5702 × 3796 pixels)."
        );
        assert_eq!(Framing::unchanged([6000, 4000]).sentence(), None);
    }
}
