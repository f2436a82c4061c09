//! The networks that are part of the program, on photos.
#![allow(clippy::unwrap_used, reason = "the whole program is tests")]

use plumbline_documents::Place;
use plumbline_enhance::Pixels;
use plumbline_fixtures::photos;
use plumbline_models::nets::scene::SceneNet;
use plumbline_models::nets::sky::SkyNet;
use plumbline_models::train::data::{self, Example};
use plumbline_models::train::loss::iou;

const HOUSES: [&str; 2] = [
    "dillon-kydd-2keCPb73aQY-unsplash",
    "kane-taylor-02fRawxKwbA-unsplash",
];
const ROOM: &str = "interior/sidekix-media-BAVam-y_9Wg-unsplash.jpg";

#[test]
fn they_load_and_leave_no_tensor_behind() {
    SkyNet::shipped().unwrap();
    SceneNet::shipped().unwrap();
}

#[test]
fn a_mask_has_its_pictures_shape() {
    let picture = Pixels::from_eight(90, 41, vec![128; 90 * 41 * 3]).unwrap();
    let mask = SkyNet::shipped().unwrap().probability(&picture).unwrap();
    assert_eq!((mask.width(), mask.height()), (320, 146));
}

#[test]
fn the_sky_over_a_house_is_found() {
    let net = SkyNet::shipped().unwrap();
    for name in HOUSES {
        let Some(photo) = photos(&format!("exterior/{name}.jpg")) else {
            return;
        };
        let mask = photos(&format!("sky-masks/checked/{name}.png")).unwrap();
        let example = Example::new(
            name,
            &data::read(&photo).unwrap(),
            &data::read(&mask).unwrap(),
        );
        let example = example.unwrap();
        let found = iou(&net.probability(&example.picture).unwrap(), &example).unwrap();
        assert!(found > 0.85, "{name}: {found}");
    }
}

#[test]
fn a_room_has_no_sky_and_is_inside_and_a_house_is_outside() {
    let Some(room) = photos(ROOM) else { return };
    let room = data::read(&room).unwrap();
    let mask = SkyNet::shipped().unwrap().probability(&room).unwrap();
    assert!(mask.values().iter().all(|&v| v < 128), "sky inside");
    let scene = SceneNet::shipped().unwrap();
    assert_eq!(scene.predict(&room).unwrap().place, Place::Interior);
    let house = data::read(&photos(&format!("exterior/{}.jpg", HOUSES[0])).unwrap()).unwrap();
    assert_eq!(scene.predict(&house).unwrap().place, Place::Exterior);
}

#[test]
fn street_facades_are_outside() {
    let Some(folder) = photos("sky-masks/labelmefacade-research-only") else {
        return;
    };
    let scene = SceneNet::shipped().unwrap();
    for facade in data::pairs(&folder, &folder).unwrap() {
        let prediction = scene.predict(&facade.picture).unwrap();
        assert_eq!(prediction.place, Place::Exterior, "{}", facade.name);
        assert!(prediction.place_confidence > 0.9, "{}", facade.name);
    }
}
