//! Files of looks: copies of the house look with other weights.

use serde_json::Value;

use crate::app::root;

/// Places of the network's bias for the stops of the whole picture.
const STOPS: (&str, usize) = ("out_whole.bias", 9);

/// 0.5 and -0.25, as the files have them.
pub const BRIGHTER: u16 = 0x3800;
pub const DARKER: u16 = 0xB400;

/// The house look's file.
pub fn house() -> Vec<u8> {
    std::fs::read(root().join("models/shipped/finish.safetensors")).expect("the house look ships")
}

/// A look that differs from the house look by the light that it gives to every photo.
pub fn lit(stops: u16) -> Vec<u8> {
    let mut bytes = house();
    let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
    let data = 8 + length as usize;
    let header: Value = serde_json::from_slice(&bytes[8..data]).expect("a header of JSON");
    let begin = header[STOPS.0]["data_offsets"][0].as_u64();
    let at = data + begin.expect("an offset") as usize + 2 * STOPS.1;
    bytes[at..at + 2].copy_from_slice(&stops.to_le_bytes());
    bytes
}
