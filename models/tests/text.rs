//! The two text encoders, and the cache of their embeddings, against what transformers recorded.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod recorded;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::{D, DType, Device, Tensor, safetensors};
use plumbline_fixtures::models;
use plumbline_models::diffusion::params::Params;
use plumbline_models::diffusion::prompt_embeddings::{
    self, PromptCache, PromptEmbeddings, PromptError, TextEncoders,
};
use plumbline_models::nets::sdxl::text::{Config, TextEncoder};
use recorded::off;

fn config(folder: &Path) -> Config {
    serde_json::from_slice(&fs::read(folder.join("config.json")).unwrap()).unwrap()
}

fn encoder(folder: &Path, dtype: DType) -> TextEncoder {
    let params = [folder.join("model.safetensors")];
    let params = Params::map(&params, dtype, &Device::Cpu).unwrap();
    params
        .build(|vb| TextEncoder::new(&config(folder), &vb))
        .unwrap()
}

fn encoders(folder: &Path) -> [TextEncoder; 2] {
    ["text_encoder", "text_encoder_2"].map(|name| encoder(&folder.join(name), DType::F32))
}

#[test]
fn they_say_what_their_originals_say() {
    let Some(folder) = models("tiny-random-sdxl") else {
        return;
    };
    let recorded = safetensors::load(folder.join("reference.safetensors"), &Device::Cpu).unwrap();
    let [first, second] = encoders(&folder);
    let ids = |name: &str| recorded[name].to_dtype(DType::U32).unwrap();
    let first = first.forward(&ids("input_ids")).unwrap();
    let second = second.forward(&ids("input_ids_2")).unwrap();
    assert!(first.pooled.is_none());
    let pooled = second.pooled.unwrap();
    let both = Tensor::cat(&[&first.penultimate, &second.penultimate], D::Minus1).unwrap();
    for (what, found) in [
        ("te1_penultimate", &first.penultimate),
        ("te2_penultimate", &second.penultimate),
        ("prompt_embeds", &both),
        ("pooled", &pooled),
    ] {
        let off = off(found, &recorded[what]);
        eprintln!("{what}: {off:.1e}");
        assert!(off <= 1e-5, "{what} is off by {off:e}");
    }
}

#[test]
fn half_the_digits_say_nearly_the_same() {
    let Some(folder) = models("tiny-random-sdxl") else {
        return;
    };
    let recorded = safetensors::load(folder.join("reference.safetensors"), &Device::Cpu).unwrap();
    let second = encoder(&folder.join("text_encoder_2"), DType::F16);
    let ids = recorded["input_ids_2"].to_dtype(DType::U32).unwrap();
    let said = second.forward(&ids).unwrap();
    for (what, found) in [
        ("te2_penultimate", said.penultimate),
        ("pooled", said.pooled.unwrap()),
    ] {
        let off = off(&found.to_dtype(DType::F32).unwrap(), &recorded[what]);
        eprintln!("{what} with half the digits: {off:.1e}");
        assert!(off <= 6e-3, "{what} is off by {off:e}");
    }
}

#[test]
fn no_word_knows_what_comes_after_it() {
    let Some(folder) = models("tiny-random-sdxl/text_encoder_2") else {
        return;
    };
    let encoder = encoder(&folder, DType::F32);
    let said = |last: u32| {
        let mut ids = [320_u32; 77];
        ids[0] = 49_406;
        ids[10] = last;
        let ids = Tensor::new(&ids[..], &Device::Cpu).unwrap();
        let said = encoder.forward(&ids.unsqueeze(0).unwrap()).unwrap();
        said.penultimate
    };
    let (one, other) = (said(1125), said(4485));
    let part = |x: &Tensor, from, count| x.narrow(1, from, count).unwrap();
    assert!(off(&part(&one, 0, 10), &part(&other, 0, 10)) == 0.0);
    assert!(off(&part(&one, 10, 67), &part(&other, 10, 67)) > 0.01);
}

#[test]
fn the_whole_sentences_row_is_at_its_first_end() {
    let Some(folder) = models("tiny-random-sdxl/text_encoder_2") else {
        return;
    };
    let encoder = encoder(&folder, DType::F32);
    let pooled = |after: [u32; 2]| {
        let ids = [49_406, 320, 49_407, after[0], after[1]];
        let ids = Tensor::new(&[ids], &Device::Cpu).unwrap();
        encoder.forward(&ids).unwrap().pooled.unwrap()
    };
    assert!(off(&pooled([0, 0]), &pooled([49_407, 49_407])) < 1e-6);
    assert!(off(&pooled([0, 0]), &pooled([1125, 49_406])) < 1e-6);
}

#[test]
fn the_published_configurations_are_read() {
    let base = "sdxl-configs/stable-diffusion-xl-base-1.0";
    let inpainting = "sdxl-configs/stable-diffusion-xl-1.0-inpainting-0.1";
    for folder in [base, inpainting] {
        let (Some(first), Some(second)) = (
            models(&format!("{folder}/text_encoder")),
            models(&format!("{folder}/text_encoder_2")),
        ) else {
            return;
        };
        let (first, second) = (config(&first), config(&second));
        assert_eq!(first.hidden_size + second.hidden_size, 2048);
        assert_eq!(
            (first.num_hidden_layers, second.num_hidden_layers),
            (12, 32)
        );
        assert_ne!(first.hidden_act, second.hidden_act);
    }
}

#[test]
fn each_encoder_reads_a_sentence_filled_up_in_its_own_way() {
    let Some(folder) = models("clip-tokenizer") else {
        return;
    };
    let [first, second] = prompt_embeddings::tokenizers(&folder.join("tokenizer.json")).unwrap();
    let recorded = fs::read(folder.join("reference-ids.json")).unwrap();
    let recorded: Vec<serde_json::Value> = serde_json::from_slice(&recorded).unwrap();
    assert_eq!(recorded.len(), 10);
    for sentence in recorded {
        let text = [sentence["text"].as_str().unwrap().to_owned()];
        let mut wanted: Vec<u32> = serde_json::from_value(sentence["ids_77"].clone()).unwrap();
        assert_eq!(
            first.ids(&text).unwrap().to_vec2::<u32>().unwrap()[0],
            wanted
        );
        let end = wanted.iter().position(|&id| id == 49_407).unwrap();
        wanted[end + 1..].fill(0);
        assert_eq!(
            second.ids(&text).unwrap().to_vec2::<u32>().unwrap()[0],
            wanted
        );
    }
}

/// Sentence of the recorded prompt.
const SENTENCE: &str = "professional real estate photo, bright interior, natural window light, \
                        sharp details";

#[test]
fn a_prompt_is_read_once_and_remembered() {
    let (Some(folder), Some(vocabulary)) = (models("tiny-random-sdxl"), models("clip-tokenizer"))
    else {
        return;
    };
    let recorded = safetensors::load(folder.join("reference.safetensors"), &Device::Cpu).unwrap();
    let kept = tempfile::tempdir().unwrap();
    let cache = PromptCache::new(kept.path(), "tiny");
    let vocabulary = vocabulary.join("tokenizer.json");
    let sentences = [SENTENCE.to_owned()];
    let read = || {
        let encoders = TextEncoders::new(&vocabulary, encoders(&folder))?;
        encoders.encode(&sentences, &Device::Cpu)
    };
    let first = cache.get_or_compute(&sentences, read).unwrap();
    for (what, found) in [
        ("prompt_embeds", &first.hidden_states),
        ("pooled", &first.pooled),
    ] {
        let off = off(found, &recorded[what]);
        eprintln!("{what} from the sentence: {off:.1e}");
        assert!(off <= 1e-5, "{what} is off by {off:e}");
    }
    let again = cache.get_or_compute(&sentences, nobody).unwrap();
    assert!(off(&again.hidden_states, &first.hidden_states) == 0.0);
    assert!(off(&again.pooled, &first.pooled) == 0.0);
}

/// Encoders that must not be needed.
fn nobody() -> Result<PromptEmbeddings, PromptError> {
    panic!("the encoders were asked");
}

fn prompt(level: f32) -> PromptEmbeddings {
    PromptEmbeddings {
        hidden_states: Tensor::full(level, (2, 77, 8), &Device::Cpu).unwrap(),
        pooled: Tensor::full(level, (2, 4), &Device::Cpu).unwrap(),
    }
}

fn level(prompt: &PromptEmbeddings) -> f32 {
    let row = prompt.pooled.get(0).unwrap();
    row.get(0).unwrap().to_scalar().unwrap()
}

/// Value that a cache returns when the encoders would compute `level`.
fn asked(cache: &PromptCache, sentences: &[String], said: f32) -> f32 {
    let read = || Ok::<_, PromptError>(prompt(said));
    level(&cache.get_or_compute(sentences, read).unwrap())
}

#[test]
fn other_words_and_other_weights_are_remembered_apart() {
    let kept = tempfile::tempdir().unwrap();
    let cache = |print: &str| PromptCache::new(kept.path(), print);
    let sentences = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
    assert_eq!(asked(&cache("a"), &sentences("x", "y"), 1.0), 1.0);
    assert_eq!(asked(&cache("b"), &sentences("x", "y"), 2.0), 2.0);
    assert_eq!(asked(&cache("a"), &sentences("y", "x"), 3.0), 3.0);
    assert_eq!(asked(&cache("a"), &sentences("xy", ""), 4.0), 4.0);
    assert_eq!(asked(&cache("a"), &sentences("x", "y"), 5.0), 1.0);
    assert_eq!(fs::read_dir(kept.path()).unwrap().count(), 4);
}

#[test]
fn a_damaged_memory_is_read_anew_and_repaired() {
    let kept = tempfile::tempdir().unwrap();
    let cache = PromptCache::new(kept.path(), "a");
    let sentences = ["x".to_owned(), "y".to_owned()];
    let mut said = 1.0;
    assert_eq!(asked(&cache, &sentences, said), said);
    let file = fs::read_dir(kept.path()).unwrap().next().unwrap();
    let file = file.unwrap().path();
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    // The last byte is of the tensor "words", which comes last in the alphabet.
    *flipped.last_mut().unwrap() ^= 1;
    let cut = whole[..whole.len() - 3].to_vec();
    let other = kept.path().join("other.safetensors");
    let rows = Tensor::zeros((2, 4), DType::F32, &Device::Cpu).unwrap();
    safetensors::save(&HashMap::from([("words", rows)]), &other).unwrap();
    let other = fs::read(&other).unwrap();
    for damaged in [flipped, cut, other, Vec::new()] {
        fs::write(&file, &damaged).unwrap();
        said += 1.0;
        assert_eq!(asked(&cache, &sentences, said), said);
        assert_eq!(asked(&cache, &sentences, 0.0), said);
    }
}

#[test]
fn a_memory_that_cannot_be_written_only_costs_time() {
    let cache = PromptCache::new("/nowhere/at/all", "a");
    let sentences = ["x".to_owned(), "y".to_owned()];
    assert_eq!(asked(&cache, &sentences, 1.0), 1.0);
    assert_eq!(asked(&cache, &sentences, 2.0), 2.0);
}
