//! `models list`.

use plumbline_models::manifest::{self, Use, Weight};
use plumbline_models::weight_store::{State, WeightStore};

use super::megabytes;

pub fn run(store: &WeightStore) -> anyhow::Result<()> {
    println!("{}", store.folder().display());
    for weight in manifest::all() {
        println!("{}", line(weight, store.state(weight)));
    }
    Ok(())
}

fn line(weight: &Weight, state: State) -> String {
    let size = weight.bytes.map_or("size unknown".to_owned(), megabytes);
    let state = match state {
        State::Partial { bytes } => format!("{} of it", megabytes(bytes)),
        other => other.in_words().to_owned(),
    };
    let warning = match weight.used_by {
        Use::Product => "",
        Use::Asked => " Only where it was asked for by name.",
    };
    format!(
        "  {:<22} {state:<14} {size:>12}  {:<12} {}{warning}",
        weight.id, weight.licence, weight.purpose
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_there_and_what_it_may_be_used_for() {
        let words = manifest::find("clip-tokenizer").expect("it is listed");
        assert_eq!(
            line(words, State::Partial { bytes: 1_100_000 }),
            "  clip-tokenizer         1.1 MB of it         2.2 MB  MIT          CLIP's vocabulary."
        );
        let sky = manifest::find("sky-u2netp").expect("it is listed");
        assert!(line(sky, State::Missing).ends_with("Only where it was asked for by name."));
    }
}
