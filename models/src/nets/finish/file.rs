//! A look from the bytes of its file, which may be a stranger's: names, shapes and values are checked
//! before a network is made of them.

use std::collections::HashMap;

use candle_core::{DType, Device, Error, Result, Tensor, safetensors};
use candle_nn::VarBuilder;
use plumbline_documents::{NotALook, check_look};

use crate::nets::finish::Net;

/// The network of a look.
pub(super) fn net(bytes: &[u8]) -> std::result::Result<Net, NotALook> {
    let unreadable = |error: Error| NotALook::Unreadable(error.to_string());
    let tensors = safetensors::load_buffer(bytes, &Device::Cpu).map_err(unreadable)?;
    check_look(
        tensors
            .iter()
            .map(|(name, one)| (name.as_str(), one.dims())),
    )?;
    if let Some(name) = not_finite(&tensors).map_err(unreadable)? {
        return Err(NotALook::NotFinite(name));
    }
    let weights = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    Net::new(&weights).map_err(unreadable)
}

/// The name of a tensor with values that are no numbers.
fn not_finite(tensors: &HashMap<String, Tensor>) -> Result<Option<String>> {
    for (name, tensor) in tensors {
        let values = tensor.to_dtype(DType::F32)?.flatten_all()?;
        if !values.to_vec1::<f32>()?.iter().all(|v| v.is_finite()) {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plumbline_documents::LOOK_TENSORS;

    use super::*;
    use crate::nets::finish::FinishNet;

    #[test]
    fn the_tensors_of_a_look_are_those_of_the_network() {
        let shipped = safetensors::load_buffer(FinishNet::SHIPPED, &Device::Cpu).unwrap();
        let shipped: BTreeMap<&str, &[usize]> = shipped
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor.dims()))
            .collect();
        assert_eq!(shipped.into_iter().collect::<Vec<_>>(), LOOK_TENSORS);
    }

    #[test]
    fn a_file_that_is_no_look_says_why() {
        let cut = &FinishNet::SHIPPED[..1000];
        let mut infinite = FinishNet::SHIPPED.to_vec();
        let end = infinite.len();
        infinite[end - 2..].copy_from_slice(&0x7C00_u16.to_le_bytes());
        for (bytes, reason) in [
            (cut, "not a whole safetensors file"),
            (&infinite, "has values that are no numbers"),
        ] {
            let why = net(bytes).err().unwrap().to_string();
            assert!(why.contains(reason), "{why}");
        }
        assert!(net(FinishNet::SHIPPED).is_ok());
    }
}
