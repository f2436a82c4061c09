//! The domain's facts as pages show them: words, sizes and symbols. Pages share these; a
//! page's own struct is above its handler.

use std::borrow::Cow;

use plumbline_documents::{Parts, Stage};
use plumbline_domain::shoots::photos::{Photo, Status};
use time::OffsetDateTime;
use time::macros::format_description;

/// An image with its size, so that nothing moves when it arrives.
#[derive(Clone)]
pub struct Picture {
    pub src: String,
    pub width: u32,
    pub height: u32,
}

impl Picture {
    /// The nearest shape that gallery.css knows how to lay out in rows.
    pub fn shape(&self) -> &'static str {
        const SHAPES: [(&str, f64); 9] = [
            ("2-1", 2.0),
            ("16-9", 1.778),
            ("3-2", 1.5),
            ("4-3", 1.333),
            ("5-4", 1.25),
            ("1-1", 1.0),
            ("4-5", 0.8),
            ("3-4", 0.75),
            ("2-3", 0.667),
        ];
        let ratio = f64::from(self.width) / f64::from(self.height.max(1));
        let distance = |shape: f64| (shape.ln() - ratio.ln()).abs();
        SHAPES
            .iter()
            .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))
            .map_or("3-2", |shape| shape.0)
    }
}

/// The status of a photo, as its chip shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StatusChip(Status);

impl StatusChip {
    /// The word that style sheets use.
    pub fn key(self) -> &'static str {
        match self.0 {
            Status::Waiting => "waiting",
            Status::Working => "working",
            Status::Passed => "ready",
            Status::Held => "held",
            Status::Approved => "approved",
            Status::Rejected => "rejected",
            Status::Failed => "failed",
            Status::Merged => "merged",
        }
    }

    /// A symbol of icons.svg.
    pub fn icon(self) -> &'static str {
        match self.0 {
            Status::Waiting => "clock",
            Status::Working => "working",
            Status::Passed | Status::Approved => "check",
            Status::Held => "held",
            Status::Rejected | Status::Failed => "cross",
            Status::Merged => "photo",
        }
    }
}

#[derive(Clone)]
pub struct StatusView {
    pub chip: StatusChip,
    pub label: Cow<'static, str>,
    /// Only while a worker has it.
    pub progress: Option<Progress>,
}

#[derive(Clone, Copy)]
pub struct Progress {
    pub done: usize,
    pub of: usize,
}

impl StatusView {
    pub fn of(photo: &Photo) -> Self {
        let label = match photo.status {
            Status::Waiting => "Waiting",
            Status::Working => return Self::working(photo),
            Status::Passed => "Ready",
            Status::Held => "Needs review",
            Status::Approved => "Approved",
            Status::Rejected => "Rejected",
            Status::Failed => "Failed",
            Status::Merged => "Merged",
        };
        Self {
            chip: StatusChip(photo.status),
            label: label.into(),
            progress: None,
        }
    }

    fn working(photo: &Photo) -> Self {
        let label = photo.stage.map(|stage| current_stage(stage, photo.parts()));
        Self {
            chip: StatusChip(photo.status),
            label: label.unwrap_or("Starting".into()),
            progress: Some(Progress {
                done: stages_done(photo.stage),
                of: Stage::ALL.len(),
            }),
        }
    }
}

/// A stage that a photo is in, and how far within, where it has parts.
pub fn current_stage(stage: Stage, parts: Option<Parts>) -> Cow<'static, str> {
    let name = stage_name(stage);
    match parts {
        None => name.into(),
        Some(Parts { done, of }) => format!("{name}, {done} of {of}").into(),
    }
}

pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Decoding => "Decoding",
        Stage::Measuring => "Measuring",
        Stage::Correcting => "Correcting",
        Stage::Checking => "Checking",
        Stage::Saving => "Saving",
    }
}

/// Number of stages completed by a photo that is in `stage` now.
pub fn stages_done(stage: Option<Stage>) -> usize {
    Stage::ALL
        .iter()
        .filter(|one| stage.is_some_and(|now| **one < now))
        .count()
}

/// An error, and what the person does next.
#[derive(Clone)]
pub struct Trouble {
    pub sentence: String,
    pub next_step: &'static str,
}

impl Trouble {
    pub fn of(photo: &Photo) -> Option<Self> {
        let sentence = photo
            .failure
            .clone()
            .filter(|_| photo.status == Status::Failed)?;
        Some(Self {
            sentence,
            next_step: "Enhance it again, or remove it from the shoot.",
        })
    }
}

/// A label with its value.
pub struct Fact {
    pub label: &'static str,
    pub value: String,
}

/// Photos of a shoot by status.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub ready: i64,
    pub working: i64,
    pub held: i64,
    pub failed: i64,
    pub rejected: i64,
    total: i64,
}

impl Counts {
    pub fn total(&self) -> i64 {
        self.total
    }

    pub fn settled(&self) -> i64 {
        self.total - self.working
    }
}

impl From<plumbline_domain::shoots::Counts> for Counts {
    fn from(counts: plumbline_domain::shoots::Counts) -> Self {
        Self {
            ready: counts.ready,
            working: counts.in_progress,
            held: counts.held,
            failed: counts.failed,
            rejected: counts.rejected,
            total: counts.total,
        }
    }
}

/// "6000 × 4000"
pub fn pixels(width: i32, height: i32) -> String {
    format!("{width} × {height}")
}

/// "24.1 MB", in the decimal units that browsers and cameras show.
pub fn file_size(bytes: i64) -> String {
    let bytes = bytes as f64;
    match bytes {
        b if b < 1e6 => format!("{:.0} kB", (b / 1e3).max(1.0)),
        b if b < 1e8 => format!("{:.1} MB", b / 1e6),
        b if b < 1e9 => format!("{:.0} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}

/// "14 March 2026"
pub fn day(at: OffsetDateTime) -> String {
    at.format(format_description!(
        "[day padding:none] [month repr:long] [year]"
    ))
    .unwrap_or_default()
}

/// "14 March 2026, 16:05 UTC"
pub fn moment(at: OffsetDateTime) -> String {
    at.format(format_description!(
        "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
    ))
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        for (bytes, said) in [
            (1, "1 kB"),
            (350_000, "350 kB"),
            (24_100_000, "24.1 MB"),
            (231_000_000, "231 MB"),
            (1_840_000_000, "1.8 GB"),
        ] {
            assert_eq!(file_size(bytes), said);
        }
    }

    #[test]
    fn a_photo_hangs_in_the_frame_nearest_to_its_shape() {
        for (width, height, shape) in [(6000, 4000, "3-2"), (3000, 4000, "3-4"), (800, 800, "1-1")]
        {
            assert_eq!(
                Picture {
                    src: String::new(),
                    width,
                    height
                }
                .shape(),
                shape
            );
        }
    }

    #[test]
    fn stages_behind_are_counted() {
        assert_eq!(stages_done(None), 0);
        assert_eq!(stages_done(Some(Stage::Decoding)), 0);
        assert_eq!(stages_done(Some(Stage::Saving)), 4);
    }
}
