//! Ingest: bytes of originals to measured pixels.

use std::time::Instant;

use plumbline_documents::{Source, Stage};
use plumbline_enhance::brackets::{self, Frame};
use plumbline_enhance::plan::left;
use plumbline_enhance::{
    Decoded, Limits, Measured, Metadata, Overrides, Pixels, Recorded, decode_named, measure,
};

use crate::encoding::as_shown;
use crate::failure::Failure;
use crate::step::{StepFn, enter};

const EDITED: &str =
    "This photo was corrected here before and edited since: it is corrected like any other.";

/// A photo as it came, and what was measured on it.
pub struct Ingested {
    pub(crate) pixels: Pixels,
    pub(crate) source: Source,
    pub(crate) metadata: Metadata,
    /// The first exposure of several, as pages show it: the picture that they make is no original.
    pub(crate) first_exposure: Option<Pixels>,
    pub measured: Measured,
    /// Camera settings and picture of a single original; `None` for several.
    pub frame: Option<Frame>,
    /// Positions of the exposures that did not lie on the others, in the order they were given.
    pub left_out: Vec<usize>,
    /// Sentences about what was done before the first attempt.
    pub(crate) notes: Vec<String>,
    /// Our own record in the file, where it holds one.
    pub(crate) recorded: Option<Recorded>,
    /// The file itself, where it may be delivered as it came.
    pub(crate) file: Option<Vec<u8>>,
    pub(crate) since: Instant,
}

impl Ingested {
    /// The photo as it was decoded.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Keeps the file itself, to deliver it as it came if nothing is changed. Costs its size in memory.
    pub fn keep_file(&mut self, file: Vec<u8>) {
        self.file = Some(file);
    }

    /// True when it was corrected here, and nobody edited it since.
    pub(crate) fn is_made_here(&self) -> bool {
        self.recorded == Some(Recorded::Unchanged)
    }
}

/// Decodes and measures a single original.
pub fn ingest(bytes: impl AsRef<[u8]>, on_step: &mut StepFn<'_>) -> Result<Ingested, Failure> {
    ingest_named("", bytes, on_step)
}

/// The same of an original whose file name is known: cameras say something by it.
pub fn ingest_named(
    name: &str,
    bytes: impl AsRef<[u8]>,
    on_step: &mut StepFn<'_>,
) -> Result<Ingested, Failure> {
    let since = Instant::now();
    enter(on_step, Stage::Decoding)?;
    let decoded = decode_named(bytes.as_ref(), name, &Limits::default())?;
    ingest_decoded(decoded, || Ok(bytes.as_ref().to_vec()), since, on_step)
}

/// Measures a single original that was decoded. `file` gives its bytes, where they may be delivered
/// as they came; the first attempt's time begins at `since`.
pub fn ingest_decoded(
    decoded: Decoded,
    file: impl FnOnce() -> Result<Vec<u8>, Failure>,
    since: Instant,
    on_step: &mut StepFn<'_>,
) -> Result<Ingested, Failure> {
    enter(on_step, Stage::Measuring)?;
    let frame = Frame::of("", &decoded.pixels, decoded.metadata.shot());
    let ingested = measured(decoded, Vec::new(), since);
    let left = left::reason(
        &ingested.measured,
        ingested.is_made_here(),
        &Overrides::default(),
    );
    let edited = ingested.recorded == Some(Recorded::Edited);
    Ok(Ingested {
        frame: Some(frame),
        file: left.map(|_| file()).transpose()?,
        notes: match edited {
            true => vec![EDITED.to_owned()],
            false => Vec::new(),
        },
        ..ingested
    })
}

/// Decodes so many exposures of one view one after the other, and measures the picture that they
/// make together.
pub fn ingest_bracket(
    count: usize,
    decode: &mut dyn FnMut(usize, &mut StepFn<'_>) -> Result<Decoded, Failure>,
    on_step: &mut StepFn<'_>,
) -> Result<Ingested, Failure> {
    let since = Instant::now();
    enter(on_step, Stage::Decoding)?;
    let frames: Vec<Decoded> = (0..count)
        .map(|at| decode(at, on_step))
        .collect::<Result<_, _>>()?;
    let first = frames.first().map(|frame| frame.source.clone());
    let shown = frames.first().map(|frame| as_shown(&frame.pixels));
    let merged = brackets::merge(frames).map_err(|error| Failure::Final(error.to_string()))?;
    let source = Source {
        bits: merged.pixels.bits(),
        ..first.expect("an empty bracket is an error")
    };
    let (notes, left_out) = (merged.sentences, merged.left_out);
    let merged = Decoded {
        pixels: merged.pixels,
        source,
        metadata: merged.metadata,
    };
    enter(on_step, Stage::Measuring)?;
    Ok(Ingested {
        left_out,
        first_exposure: shown,
        ..measured(merged, notes, since)
    })
}

fn measured(decoded: Decoded, notes: Vec<String>, since: Instant) -> Ingested {
    let Decoded {
        pixels,
        source,
        metadata,
    } = decoded;
    Ingested {
        measured: measure(&pixels, &metadata.shot()),
        recorded: metadata.recorded(&pixels),
        file: None,
        frame: None,
        first_exposure: None,
        left_out: Vec::new(),
        pixels,
        source,
        metadata,
        notes,
        since,
    }
}
