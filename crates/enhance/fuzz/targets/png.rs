//! Any bytes as a PNG end in a picture or a sentence.
#![no_main]

use plumbline_enhance::{decode, fuzzing};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(refusal) = decode(bytes, &fuzzing::limits()) {
        assert!(refusal.to_string().ends_with('.'));
    }
});
