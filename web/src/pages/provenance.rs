//! Provenance of a photo: every attempt on it, with the pictures that were kept, and which of
//! them a page shows.

use plumbline_documents::{self as documents, Engine, MeasureVerdict};
use plumbline_domain::db;
use plumbline_domain::ids::AttemptId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::photos::Photo;
use plumbline_domain::shoots::renditions::{self, Kind, Rendition};
use plumbline_domain::work::attempts::{self, Attempt};

use crate::http::urls;
use crate::pages::qc_report::Verdict;
use crate::pages::view::Picture;

pub struct Provenance {
    /// First to last.
    pub attempts: Vec<Attempt>,
    renditions: Vec<Rendition>,
    accepted: Option<AttemptId>,
}

/// One attempt beside the others.
pub struct AttemptCard {
    pub number: i32,
    /// `None`: an attempt from before previews were kept of every one.
    pub picture: Option<Picture>,
    /// "AI-guided correction"
    pub engine: String,
    /// "60 %"
    pub strength: String,
    pub verdict: Verdict,
    pub headline: String,
    /// "2.4 s"
    pub took: String,
    /// The changes made, in sentences.
    pub done: Vec<String>,
    pub is_shown: bool,
}

impl Provenance {
    pub async fn of(scope: &mut Scope, photo: &Photo) -> Result<Self, db::Error> {
        Ok(Self {
            attempts: attempts::of_photo(scope, photo.id).await?,
            renditions: renditions::of_photo(scope, photo.id).await?,
            accepted: photo.accepted_attempt_id,
        })
    }

    /// The attempt whose file is delivered, or would be.
    pub fn accepted(&self) -> Option<&Attempt> {
        self.attempts
            .iter()
            .rfind(|one| Some(one.id) == self.accepted)
    }

    /// The attempt of this number where there is a picture of it.
    pub fn numbered(&self, number: i32) -> Option<&Attempt> {
        let attempt = self.attempts.iter().find(|one| one.number == number)?;
        self.find(attempt.id, Kind::Preview).map(|_| attempt)
    }

    pub fn find(&self, attempt: AttemptId, kind: Kind) -> Option<&Rendition> {
        let matches = |one: &&Rendition| one.attempt_id == attempt && one.kind == kind;
        self.renditions.iter().find(matches)
    }

    pub fn picture(&self, attempt: AttemptId, kind: Kind) -> Option<Picture> {
        self.find(attempt, kind).map(picture)
    }

    /// The original, framed as the attempt is: it is kept with the last attempt of a run.
    pub fn before(&self, attempt: &Attempt) -> Option<Picture> {
        self.attempts
            .iter()
            .filter(|one| one.number >= attempt.number)
            .find_map(|one| self.picture(one.id, Kind::Before))
    }

    /// The original as it came, where it is not what [`Self::before`] shows: kept with the last
    /// attempt of a run, too.
    pub fn original(&self, attempt: &Attempt) -> Option<Picture> {
        self.of_run(attempt, Kind::Original)
    }

    /// A picture that is kept with the last attempt of a run alone.
    fn of_run(&self, attempt: &Attempt, kind: Kind) -> Option<Picture> {
        let last = self.attempts.iter().find(|one| {
            one.number >= attempt.number && self.find(one.id, Kind::Before).is_some()
        })?;
        self.picture(last.id, kind)
    }

    /// The sky mask of the run that made the attempt: kept with the run's last attempt.
    pub fn mask(&self, attempt: &Attempt) -> Option<Picture> {
        self.of_run(attempt, Kind::Mask)
    }

    pub fn cards(&self, shown: Option<&Attempt>) -> Vec<AttemptCard> {
        let card = |attempt: &Attempt| AttemptCard {
            number: attempt.number,
            picture: self.picture(attempt.id, Kind::Preview),
            engine: engine_words(attempt.engine).to_owned(),
            strength: format!("{:.0} %", attempt.strength * 100.0),
            verdict: verdict(attempt),
            headline: attempt.read_report().inspection.headline.into(),
            took: format!("{:.1} s", f64::from(attempt.took_ms) / 1000.0),
            done: sentences(attempt),
            is_shown: shown.is_some_and(|one| one.id == attempt.id),
        };
        self.attempts.iter().map(card).collect()
    }
}

/// The changes made, one sentence each.
pub fn sentences(attempt: &Attempt) -> Vec<String> {
    let list = attempt.done.as_array();
    list.into_iter()
        .flatten()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}

fn verdict(attempt: &Attempt) -> Verdict {
    Verdict(match attempt.verdict {
        documents::Verdict::Passed => MeasureVerdict::Passed,
        documents::Verdict::Held => {
            let report = attempt.read_report().inspection.qc;
            let worst = report.worst().map(|worst| worst.verdict);
            worst.unwrap_or(MeasureVerdict::Failed)
        }
    })
}

fn engine_words(engine: Engine) -> &'static str {
    match engine {
        Engine::Natural => "Natural correction",
        Engine::Guided => "AI-guided correction",
        Engine::Tiled => "AI redrawing, tile by tile",
    }
}

fn picture(rendition: &Rendition) -> Picture {
    let (photo, attempt) = (rendition.photo_id, rendition.attempt_id);
    let url = urls::attempt_rendition(photo, attempt, rendition.kind.as_str());
    Picture {
        // The attempt's bytes never change, and an address with a version is kept by browsers.
        src: format!("{url}?v={attempt}"),
        width: rendition.width.unsigned_abs(),
        height: rendition.height.unsigned_abs(),
    }
}
