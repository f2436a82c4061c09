//! Alterations: which pixels of a result were generated, how many, and by what, in sentences for
//! whoever looks at the picture.

use crate::report::claim::{Claim, Sentence};
use crate::report::evidence::Evidence;
use crate::scene::GeneratedLedger;
use crate::sky::SkyKind;
use crate::words::words;

words! {
    /// Answer to the question whether pixels of a result were generated, as far as a report supports
    /// one. Lists of many photos are counted by it, without reading every report.
    pub enum Generated ("text") {
        /// Some were.
        Yes = "yes",
        /// None was.
        No = "no",
        /// The report supports neither.
        Unknown = "unknown",
    }
}

/// Generated pixels of a result, in sentences for customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Alteration {
    /// A few words for a label: "31 % generated".
    pub label: Sentence,
    /// The pixels, their number and their maker, one sentence each.
    pub sentences: Vec<Sentence>,
    /// True when a mask shows where they are; otherwise they are everywhere.
    pub has_mask: bool,
}

impl Evidence<'_> {
    /// The alteration; `None`: no pixel was generated.
    pub fn alteration(&self) -> Option<Alteration> {
        let redrawn = Claim::TextureRedrawn.made(self);
        let replaced = self.ledger.map(|ledger| self.replaced(ledger));
        let label = match self.ledger {
            Some(ledger) => label(ledger),
            None => "Texture redrawn by AI".to_owned(),
        };
        let sentences: Vec<_> = replaced.into_iter().chain(redrawn).collect();
        (!sentences.is_empty()).then(|| Alteration {
            label: Sentence::new(label),
            sentences,
            has_mask: self.ledger.is_some(),
        })
    }

    /// The answer to whether pixels were generated.
    pub fn generated(&self) -> Generated {
        match self.alteration() {
            Some(_) => Generated::Yes,
            None if Claim::NoPixelsGenerated.made(self).is_some() => Generated::No,
            None => Generated::Unknown,
        }
    }

    /// The sentences for whoever gets the file: what was generated, or that nothing was.
    pub fn disclosure(&self) -> Vec<Sentence> {
        match self.alteration() {
            Some(alteration) => alteration.sentences,
            None => Claim::NoPixelsGenerated.made(self).into_iter().collect(),
        }
    }

    /// "The sky was replaced with a calculated clear sky: 31 % of the picture, 7,440,000 pixels."
    fn replaced(&self, ledger: &GeneratedLedger) -> Sentence {
        let subject = Claim::SkyReplaced.made(self);
        let subject = subject.map_or(
            "The area taken for sky was replaced".to_owned(),
            String::from,
        );
        let share = ledger
            .share
            .map(|share| format!("{} of the picture", percent(share)));
        let pixels = ledger
            .pixels
            .map(|count| format!("{} pixels", grouped(count)));
        let much: Vec<String> = share.into_iter().chain(pixels).collect();
        let colon = if much.is_empty() { "" } else { ": " };
        let (with, much) = (with(ledger), much.join(", "));
        Sentence::new(format!("{subject} with {with}{colon}{much}."))
    }
}

/// The sentences about several photos together: `altered` of them have generated pixels, `untouched`
/// have none, of `all` that there are.
pub fn summary(altered: u64, untouched: u64, all: u64) -> Vec<Sentence> {
    let marked = match altered {
        0 => None,
        1 => Some("One photo has generated pixels. It is marked.".to_owned()),
        n => Some(format!(
            "{n} photos have generated pixels. They are marked."
        )),
    };
    let known = untouched > 0 && untouched + altered == all;
    let rest = known.then(|| {
        let of = match altered {
            0 => "No pixels were generated",
            _ => "In the others, no pixels were generated",
        };
        format!("{of}: at most light, colour and framing were corrected.")
    });
    marked.into_iter().chain(rest).map(Sentence::new).collect()
}

fn label(ledger: &GeneratedLedger) -> String {
    let word = match ledger.kind {
        Some(SkyKind::Own) => "from another picture",
        _ => "generated",
    };
    match ledger.share {
        Some(share) => format!("{} {word}", percent(share)),
        None => format!("Part {word}"),
    }
}

fn with(ledger: &GeneratedLedger) -> String {
    let kind = match ledger.kind {
        Some(SkyKind::Own) => return "a picture of another sky".to_owned(),
        Some(SkyKind::Clear) => "clear sky",
        Some(SkyKind::LightCloud) => "sky with light clouds",
        Some(SkyKind::HighCloud) => "sky with high clouds",
        None => "sky",
    };
    match &ledger.model {
        Some(model) => format!("a {kind} painted by a neural network ({model})"),
        None if ledger.kind.is_some() => format!("a calculated {kind}"),
        None => "another sky".to_owned(),
    }
}

/// "31 %". A share is never rounded to nothing or to everything.
pub fn percent(share: f32) -> String {
    match f64::from(share) * 100.0 {
        p if p > 0.0 && p < 1.0 => "less than 1 %".to_owned(),
        p if p > 99.0 && p < 100.0 => "more than 99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// "7,440,000"
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let first = digits.len() % 3;
    let mut groups: Vec<&str> = Vec::new();
    if first > 0 {
        groups.push(&digits[..first]);
    }
    let rest = digits.as_bytes()[first..].chunks(3);
    groups.extend(rest.filter_map(|group| std::str::from_utf8(group).ok()));
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt_report::AttemptReport;
    use crate::engine::Engine;
    use crate::report::Report;

    fn of(ledger: Option<&GeneratedLedger>, engine: Engine) -> Vec<String> {
        let qc = Report::default();
        let evidence = Evidence {
            ledger,
            engine: Some(engine),
            ..Evidence::of(&qc)
        };
        evidence
            .disclosure()
            .into_iter()
            .map(String::from)
            .collect()
    }

    #[test]
    fn generated_pixels_are_said_with_their_share_their_number_and_their_maker() {
        let calculated = GeneratedLedger {
            kind: Some(SkyKind::Clear),
            share: Some(0.31),
            pixels: Some(7_440_000),
            ..GeneratedLedger::default()
        };
        let said = of(Some(&calculated), Engine::Natural);
        assert!(said[0].ends_with(
            "was replaced with a calculated clear sky: 31 % of the picture, 7,440,000 pixels."
        ));
        let painted = GeneratedLedger {
            model: Some("sdxl".to_owned()),
            ..calculated
        };
        let said = of(Some(&painted), Engine::Tiled);
        assert!(said[0].contains("painted by a neural network (sdxl)"));
        assert!(said[1].starts_with("AI redrew the texture"));
    }

    #[test]
    fn a_picture_without_generated_pixels_says_so() {
        assert_eq!(
            of(None, Engine::Natural),
            ["No pixels were generated: at most light, colour and framing were corrected."]
        );
        assert!(of(None, Engine::Tiled)[0].starts_with("AI redrew"));
        let unread = GeneratedLedger::default();
        assert!(of(Some(&unread), Engine::Natural)[0].contains("with another sky."));
    }

    #[test]
    fn a_gallery_says_of_all_others_only_what_is_known_of_each() {
        let plain = AttemptReport {
            engine: Some(Engine::Natural),
            ..AttemptReport::default()
        };
        let altered = AttemptReport {
            ledger: Some(GeneratedLedger::default()),
            ..plain.clone()
        };
        let said = |photos: &[&AttemptReport]| {
            let count = |wanted| {
                let generated = photos.iter().map(|one| one.evidence().generated());
                generated.filter(|one| *one == wanted).count() as u64
            };
            let all = photos.len() as u64;
            let said = summary(count(Generated::Yes), count(Generated::No), all);
            let said: Vec<String> = said.into_iter().map(String::from).collect();
            said.join(" ")
        };
        let all = "No pixels were generated: at most light, colour and framing were corrected.";
        assert_eq!(said(&[&plain, &plain]), all);
        assert!(said(&[&plain, &altered]).contains("It is marked. In the others, no pixels"));
        let unknown = AttemptReport::default();
        assert!(!said(&[&plain, &altered, &unknown]).contains("No pixels"));
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(
            [grouped(7), grouped(1234), grouped(123_456)],
            ["7", "1,234", "123,456"]
        );
    }
}
