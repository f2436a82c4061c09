//! Indoors or outdoors, on photos that people labelled.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use candle_core::{Device, safetensors};
use plumbline_enhance::{Limits, decode, small};
use plumbline_fixtures::{models, photos};
use plumbline_models::nets::squeezenet::{self, SqueezeNet};
use plumbline_models::weights::Weights;

#[test]
fn squeezenet_tells_rooms_from_houses_as_often_as_its_card_says() {
    let (Some(folder), Some(photos)) = (models("places365-squeezenet"), photos("")) else {
        return;
    };
    let labels = fs::read_to_string(photos.join("labels.tsv")).unwrap();
    let weights = Weights::map(&folder.join("squeezenet-places365.safetensors")).unwrap();
    let net = weights.build(|vb| SqueezeNet::new(&vb)).unwrap();
    let mean = safetensors::load(folder.join("mean.safetensors"), &Device::Cpu).unwrap();
    let list = fs::read_to_string(folder.join("indoor-outdoor.txt")).unwrap();

    let mut right = [("interior", 0, 0), ("exterior", 0, 0)];
    for label in labels.lines().skip(1) {
        let mut columns = label.split('\t');
        let (file, place) = (columns.next().unwrap(), columns.next().unwrap());
        let photo = decode(&fs::read(photos.join(file)).unwrap(), &Limits::default()).unwrap();
        let input = squeezenet::input(&small(&photo.pixels), &mean["mean_bgr_224"]).unwrap();
        let outdoors = squeezenet::outdoors(&net.places(&input).unwrap(), &list);
        let said = if outdoors > 0.5 {
            "exterior"
        } else {
            "interior"
        };
        if said != place {
            eprintln!("{file} is {place}, outdoors {outdoors:.2}");
        }
        let count = right.iter_mut().find(|(name, ..)| *name == place).unwrap();
        count.1 += usize::from(said == place);
        count.2 += 1;
    }
    assert_eq!(right, [("interior", 41, 41), ("exterior", 30, 32)]);
}
