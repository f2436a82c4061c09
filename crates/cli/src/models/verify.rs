//! `models verify`: reads every installed file.

use anyhow::bail;
use plumbline_models::manifest::{self, Weight};
use plumbline_models::weight_store::{Proof, State, WeightStore};

pub fn run(store: &WeightStore) -> anyhow::Result<()> {
    let mut wrong = 0;
    for weight in manifest::all() {
        let (sound, sentence) = reported(weight, &store.verify(weight)?);
        println!("{sentence}");
        wrong += usize::from(!sound);
    }
    match wrong {
        0 => Ok(()),
        1 => bail!("One file is not what it should be."),
        many => bail!("{many} files are not what they should be."),
    }
}

/// Returns whether that is all right, and a sentence. A file that is not installed is.
fn reported(weight: &Weight, proof: &Proof) -> (bool, String) {
    let id = &weight.id;
    let pull_again = format!("Delete it and run: plumbline models pull {id}");
    match proof {
        Proof::Good => (true, format!("{id}: good")),
        Proof::NotWhole(State::Damaged) => (false, format!("{id}: not of its size. {pull_again}")),
        Proof::NotWhole(state) => (true, format!("{id}: {}", state.in_words())),
        Proof::Altered { found, wanted } => (
            false,
            format!("{id}: altered, its sha256 is {found} instead of {wanted}. {pull_again}"),
        ),
        Proof::NeverRecorded { found } => (
            true,
            format!("{id}: put here by hand, nobody recorded its sha256; it is {found}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_flipped_byte_is_noticed_and_the_way_out_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = WeightStore::new(folder.path());
        let mut weight = manifest::all()[0].clone();
        let mut bytes = vec![7_u8; 4096];
        weight.bytes = Some(4096);
        let path = store.path(&weight);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(&path, &bytes).expect("written");
        weight.sha256 = Some(plumbline_models::weight_store::sha256_of(&path).expect("read"));
        let sound = |weight: &Weight| reported(weight, &store.verify(weight).expect("read"));
        assert_eq!(sound(&weight), (true, "sky-u2netp: good".to_owned()));

        bytes[2000] ^= 1;
        fs::write(&path, &bytes).expect("written");
        let (fine, sentence) = sound(&weight);
        assert!(
            !fine && sentence.contains("models pull sky-u2netp"),
            "{sentence}"
        );
    }
}
