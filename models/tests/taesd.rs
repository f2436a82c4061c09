//! The small autoencoder against what its original drew.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod recorded;

use candle_core::{Device, Tensor, safetensors};
use plumbline_fixtures::models;
use plumbline_models::nets::taesd::{Decoder, Encoder};
use plumbline_models::weights::Weights;
use recorded::off;

#[test]
fn it_encodes_and_decodes_as_its_original_does() {
    let Some(folder) = models("taesdxl") else {
        return;
    };
    let recorded = safetensors::load(folder.join("reference.safetensors"), &Device::Cpu).unwrap();
    let open = |name: &str| Weights::map(&folder.join(name)).unwrap();
    let encoder = open("taesdxl_encoder.safetensors");
    let encoder = encoder.build(|vb| Encoder::new(&vb)).unwrap();
    let decoder = open("taesdxl_decoder.safetensors");
    let decoder = decoder.build(|vb| Decoder::new(&vb)).unwrap();
    let latents = encoder.forward(&recorded["image_01"]).unwrap();
    let decoded = decoder.forward(&recorded["latents"]).unwrap();
    // The recorded latents are themselves 1.0e-5 off what double precision makes of the same
    // weights, the decoded picture 2.7e-7.
    for (what, found, at_most) in [("latents", latents, 2e-5), ("decoded", decoded, 1e-5)] {
        let off = off(&found, &recorded[what]);
        eprintln!("{what}: {off:.1e}");
        assert!(off <= at_most, "{what} is off by {off:e}");
    }
}

#[test]
fn latents_far_out_are_bounded_before_they_are_decoded() {
    let Some(folder) = models("taesdxl") else {
        return;
    };
    let decoder = Weights::map(&folder.join("taesdxl_decoder.safetensors")).unwrap();
    let decoder = decoder.build(|vb| Decoder::new(&vb)).unwrap();
    let drawn = |level: f32| {
        let latents = Tensor::full(level, (1, 4, 4, 6), &Device::Cpu).unwrap();
        decoder.forward(&latents).unwrap()
    };
    assert_eq!(drawn(100.0).dims(), [1, 3, 32, 48]);
    assert!(off(&drawn(100.0), &drawn(10_000.0)) < 1e-6);
}
