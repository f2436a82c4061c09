//! A plan in plain words.

use plumbline_documents::Engine;

use crate::plan::Plan;
use crate::steps::finish::Finish;

/// Deviation in 8-bit levels below which nobody would see that it is gone.
const SEEN: f32 = 0.2;

impl Plan {
    /// The edit in plain words, one sentence a line: what was done, and no word on what it left
    /// alone, which is for the checks to say. The framing says its own sentence.
    pub fn describe(&self) -> Vec<String> {
        let mut lines = self.describe_edit();
        lines.extend(self.describe_dials());
        lines.extend(self.panorama.map(|kind| kind.sentence().to_owned()));
        lines.extend(self.sky.describe());
        lines
    }

    fn describe_edit(&self) -> Vec<String> {
        if let Some(reason) = self.left {
            let touched = (!self.is_identity()).then(|| reason.sentence_but_dials());
            return vec![touched.unwrap_or(reason.sentence()).to_owned()];
        }
        if self.is_colour_identity() {
            return vec!["Light and colour were left as they came.".to_owned()];
        }
        if self.engine == Engine::Natural && self.undialled().is_still() {
            return self.describe_noise();
        }
        match self.engine {
            Engine::Guided => vec![format!(
                "Colour and light corrected with AI guidance at {:.0} % strength.",
                self.strength * 100.0
            )],
            Engine::Tiled => vec![format!(
                "Texture redrawn by AI, tile by tile, at {:.0} % strength.",
                self.strength * 100.0
            )],
            Engine::Natural => self.describe_steps(),
        }
    }

    fn describe_finish(&self, finish: &Finish) -> Vec<String> {
        let stops = finish.middle_stops();
        let changed = match stops {
            stops if stops >= 0.05 => Some(format!("Brightened by {stops:.1} stops.")),
            stops if stops <= -0.05 => Some(format!("Darkened by {:.1} stops.", -stops)),
            _ => None,
        };
        let lines = [changed, self.balance().describe(), finish.describe_veil()];
        lines.into_iter().flatten().collect()
    }

    fn describe_steps(&self) -> Vec<String> {
        let lines = match &self.finish {
            Some(finish) => self.describe_finish(&finish.scaled(self.strength)),
            None => self.describe_measured(),
        };
        let lines = [lines, self.describe_noise()].concat();
        if lines.is_empty() {
            vec!["Adjusted very slightly.".to_owned()]
        } else {
            lines
        }
    }

    fn describe_noise(&self) -> Vec<String> {
        let reduction = self.noise_reduction.scaled(self.strength);
        let taken =
            (reduction.most_levels() >= SEEN).then(|| "Took noise out of the shadows.".to_owned());
        taken.into_iter().collect()
    }

    fn describe_measured(&self) -> Vec<String> {
        let tone = self.tone.scaled(self.strength);
        let stops = |ev: f32| format!("{:.1} stops", ev.abs());
        let lines = [
            (tone.exposure_ev >= 0.05)
                .then(|| format!("Brightened by {}.", stops(tone.exposure_ev))),
            (tone.exposure_ev <= -0.05)
                .then(|| format!("Darkened by {}.", stops(tone.exposure_ev))),
            (tone.room_ev >= 0.05).then(|| {
                format!(
                    "Brightened the dim part by {}, and bright parts such as windows by less.",
                    stops(tone.room_ev)
                )
            }),
            (tone.shadow_lift_ev >= 0.05)
                .then(|| format!("Opened dark areas by up to {}.", stops(tone.shadow_lift_ev))),
            (tone.highlight_ev >= 0.05).then(|| "Calmed bright areas such as windows.".to_owned()),
            self.white_balance.scaled(self.strength).describe(),
            (self.corners.scaled(self.strength).ev >= 0.05)
                .then(|| "Brightened the corners that the lens had darkened.".to_owned()),
        ];
        lines.into_iter().flatten().collect()
    }
}
