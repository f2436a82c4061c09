//! Files of strangers to pixels, in a process of their own that holds no keys.

use plumbline_documents::{Stage, Step};
use plumbline_enhance::{Decoded, Limits};
use plumbline_pipeline::failure::Failure;
use plumbline_pipeline::step::StepFn;
use plumbline_sandbox::{Decoder, InputFile, Undecoded};

pub fn decode(
    decoder: &Decoder,
    file: &InputFile,
    name: &str,
    limits: &Limits,
    on_step: &mut StepFn<'_>,
) -> Result<Decoded, Failure> {
    let mut keep_going = || on_step(Step::entering(Stage::Decoding));
    if !keep_going() {
        return Err(Failure::Stopped);
    }
    let decoded = decoder.decode(file, name, limits, &mut keep_going);
    decoded.map_err(|why| match why {
        Undecoded::Refused(sentence) => Failure::Final(sentence),
        Undecoded::Stopped => Failure::Stopped,
        Undecoded::Trouble(_) => Failure::retry(why),
    })
}

/// Tries a decoder, and logs what this machine's kernel does not keep from it.
pub fn check(decoder: &Decoder) -> anyhow::Result<()> {
    for warning in decoder.probe()?.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(())
}
