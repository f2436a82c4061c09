//! Disclosure: which pixels of a photo were generated, in the sentences that its report supports.

use plumbline_documents::AttemptReport;

use crate::http::urls;

/// The sentences that customers read about the pixels of one photo.
#[derive(Clone)]
pub struct Disclosure {
    /// "31 % generated"; `None`: nothing was.
    pub label: Option<String>,
    pub sentences: Vec<String>,
    /// The public page of the original, where there is one.
    pub original: Option<String>,
}

impl Disclosure {
    /// `token`: of the original's link.
    pub fn of(report: &AttemptReport, token: Option<&str>) -> Self {
        let evidence = report.evidence();
        let said = evidence.disclosure().into_iter();
        Self {
            label: evidence.alteration().map(|altered| altered.label.into()),
            sentences: said.map(String::from).collect(),
            original: token.map(urls::original),
        }
    }

    /// `true`: some pixels are not the original's.
    pub fn is_altered(&self) -> bool {
        self.label.is_some()
    }

    /// All sentences, one after the other.
    pub fn text(&self) -> String {
        self.sentences.join(" ")
    }
}
