//! The fit to a network's proposal: all that reaches the photo of it.

use crate::steps::tiles::band::Band;
use crate::steps::transfer::Transfer;

/// The fit of a guided or tiled correction. With the straightened original and the plan it says what
/// every pixel of the result must be.
#[derive(Debug)]
pub struct Fitted {
    transfer: Transfer,
    band: Option<Band>,
}

impl Fitted {
    pub(crate) fn guided(transfer: Transfer) -> Self {
        Self {
            transfer,
            band: None,
        }
    }

    pub(crate) fn tiled(transfer: Transfer, band: Band) -> Self {
        Self {
            transfer,
            band: Some(band),
        }
    }

    pub(crate) fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// The band of texture that a tiled correction adds.
    pub(crate) fn band(&self) -> Option<&Band> {
        self.band.as_ref()
    }
}
