//! Files of looks: safetensors with the tensors of the network of finishes, and no others.

/// Largest file of a look, in bytes: twenty times the house look.
pub const LOOK_MOST_BYTES: u64 = 4 << 20;

/// Names and shapes of the tensors of a look, in order.
pub const LOOK_TENSORS: [(&str, &[usize]); 24] = [
    ("beside.bias", &[48]),
    ("beside.weight", &[48, 96]),
    ("both.bias", &[96]),
    ("both.weight", &[96, 144]),
    ("conv0.bias", &[24]),
    ("conv0.weight", &[24, 6, 3, 3]),
    ("conv1.bias", &[24]),
    ("conv1.weight", &[24, 24, 3, 3]),
    ("conv2.bias", &[48]),
    ("conv2.weight", &[48, 24, 3, 3]),
    ("conv3.bias", &[48]),
    ("conv3.weight", &[48, 48, 3, 3]),
    ("deviation", &[135]),
    ("errors.bias", &[32]),
    ("errors.weight", &[32, 96]),
    ("mean", &[135]),
    ("out_error.bias", &[2]),
    ("out_error.weight", &[2, 32]),
    ("out_nodes.bias", &[3]),
    ("out_nodes.weight", &[3, 48, 1, 1]),
    ("out_whole.bias", &[29]),
    ("out_whole.weight", &[29, 96]),
    ("statistics.bias", &[96]),
    ("statistics.weight", &[96, 135]),
];

/// Reason why bytes are not a look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotALook {
    /// The file is cut off, or of another kind.
    #[error("it is not a whole safetensors file ({0})")]
    Unreadable(String),
    /// A tensor of a look that is not there.
    #[error("it has no tensor {0}")]
    Missing(&'static str),
    /// A tensor of other dimensions.
    #[error("its tensor {0} has another shape than that of a look")]
    OtherShape(String),
    /// A tensor that no look has.
    #[error("it has a tensor {0}, which no look has")]
    Unexpected(String),
    /// Infinite values, or ones that are no numbers.
    #[error("its tensor {0} has values that are no numbers")]
    NotFinite(String),
}

/// Checks the names and shapes of a file's tensors.
pub fn check_look<'a>(
    tensors: impl IntoIterator<Item = (&'a str, &'a [usize])>,
) -> Result<(), NotALook> {
    let mut missing: Vec<&str> = LOOK_TENSORS.iter().map(|(name, _)| *name).collect();
    for (name, shape) in tensors {
        let Some((known, expected)) = LOOK_TENSORS.iter().find(|(known, _)| *known == name) else {
            return Err(NotALook::Unexpected(name.to_owned()));
        };
        if shape != *expected {
            return Err(NotALook::OtherShape(name.to_owned()));
        }
        missing.retain(|one| one != known);
    }
    missing
        .first()
        .map_or(Ok(()), |name| Err(NotALook::Missing(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_has_all_tensors_in_their_shapes_and_no_others() {
        let all = LOOK_TENSORS;
        assert_eq!(check_look(all), Ok(()));
        assert_eq!(
            check_look(all[1..].iter().copied()),
            Err(NotALook::Missing("beside.bias"))
        );
        let more = [("conv9.bias", &[1][..])];
        assert_eq!(
            check_look(all.into_iter().chain(more)),
            Err(NotALook::Unexpected("conv9.bias".to_owned()))
        );
        let mut other = all;
        other[0].1 = &[47];
        assert_eq!(
            check_look(other),
            Err(NotALook::OtherShape("beside.bias".to_owned()))
        );
    }
}
