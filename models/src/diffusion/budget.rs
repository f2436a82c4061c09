//! Memory of the networks, and the profiles that fit into what is free.

use std::fmt;

use candle_core::{DType, Result};
use plumbline_enhance::scene::SMALL_PIXELS;

use super::files::Files;

/// Share of the free memory that plans may count on: allocators waste some.
const USABLE: f64 = 0.92;

/// Pixels of a guided proposal, padded to whole latents.
const PROPOSAL: u64 = SMALL_PIXELS as u64 * 11 / 10;

/// Networks by their use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Net {
    /// Pictures to latents.
    Encoder,
    /// The ControlNet of textures.
    Tile,
    /// The ControlNet of edges.
    Canny,
    /// UNet of the denoising steps.
    Unet,
    /// UNet of inpainting.
    Inpainting,
    /// Latents to pictures.
    Decoder,
}

/// Networks that stay in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Residency {
    /// All of them: a tile goes through all networks before the next does.
    All,
    /// One: all tiles go through a network before the next is loaded.
    One,
}

/// Memory profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// Name.
    pub name: &'static str,
    /// Type of the parameters.
    pub dtype: DType,
    /// Networks that stay in memory.
    pub residency: Residency,
    /// Side of a tile, in pixels.
    pub tile: u32,
    /// Tiles at once.
    pub batch: usize,
}

/// Profiles of a card, from the fastest to the smallest.
pub const CARD: [Profile; 4] = [
    Profile {
        name: "80 GB",
        dtype: DType::F16,
        residency: Residency::All,
        tile: 1024,
        batch: 6,
    },
    Profile {
        name: "24 GB",
        dtype: DType::F16,
        residency: Residency::All,
        tile: 1024,
        batch: 1,
    },
    Profile {
        name: "8 GB",
        dtype: DType::F16,
        residency: Residency::One,
        tile: 1024,
        batch: 1,
    },
    Profile {
        name: "8 GB, small tiles",
        dtype: DType::F16,
        residency: Residency::One,
        tile: 768,
        batch: 1,
    },
];

/// Profiles of a processor: weights in bfloat16, everything else in single precision (`dense`).
pub const PROCESSOR: [Profile; 2] = [
    Profile {
        name: "processor, all resident",
        dtype: DType::BF16,
        residency: Residency::All,
        tile: 1024,
        batch: 1,
    },
    Profile {
        name: "processor",
        dtype: DType::BF16,
        residency: Residency::One,
        tile: 768,
        batch: 1,
    },
];

/// Number of parameters of every network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    unet: u64,
    inpainting: Option<u64>,
    control: [u64; 2],
    vae: u64,
    /// True if a LoRA is merged into the UNet at times.
    has_lora: bool,
}

impl Sizes {
    /// Sizes of the published networks.
    pub const SDXL: Self = Self {
        unet: 2_567_463_684,
        inpainting: Some(2_567_478_084),
        control: [1_251_014_160; 2],
        vae: 83_653_863,
        has_lora: false,
    };

    /// Sizes of the networks in the files, by their headers.
    pub fn of(files: &Files) -> Result<Self> {
        let inpainting = files.inpainting.as_ref().map(|part| part.parameters());
        Ok(Self {
            unet: files.unet.parameters()?,
            inpainting: inpainting.transpose()?,
            control: [files.tile.parameters()?, files.canny.parameters()?],
            vae: files.vae.parameters()?,
            has_lora: files.lora.is_some(),
        })
    }

    fn parameters(&self, net: Net) -> u64 {
        match net {
            Net::Unet => self.unet,
            Net::Inpainting => self.inpainting.unwrap_or(0),
            Net::Tile => self.control[0],
            Net::Canny => self.control[1],
            // Both halves are read from one file, and either is a little more than half.
            Net::Encoder => self.vae * 2 / 5,
            Net::Decoder => self.vae * 3 / 5,
        }
    }
}

/// Memory of a network besides its parameters, for a picture of 1024 x 1024 in half precision. Read
/// off a card (docs/diffusion.md), with a margin.
fn activations(net: Net) -> u64 {
    let megabytes = match net {
        Net::Encoder => 1500,
        Net::Tile | Net::Canny | Net::Unet | Net::Inpainting => 300,
        Net::Decoder => 2000,
    };
    megabytes << 20
}

/// Networks that a tile goes through.
const NETWORKS: [Net; 5] = [Net::Encoder, Net::Tile, Net::Canny, Net::Unet, Net::Decoder];

/// Memory that a profile needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Profile.
    pub profile: Profile,
    /// Parameters in memory at once.
    pub parameters: u64,
    /// Most that a network takes besides.
    pub working: u64,
}

impl Budget {
    /// Budget of networks of these sizes.
    pub fn of(profile: Profile, sizes: &Sizes) -> Self {
        let bytes = profile.dtype.size_in_bytes() as u64;
        // Only processors' networks are in bfloat16: packed, among activations of twice the size.
        let packed = profile.dtype == DType::BF16;
        let activation_bytes = if packed { 2 * bytes } else { bytes };
        let tiles = u64::from(profile.tile) * u64::from(profile.tile) * profile.batch as u64;
        let area = tiles.max(PROPOSAL);
        let held = |net: Net| sizes.parameters(net) * bytes;
        let spent = |net: Net| {
            let working =
                activations(net) / (1 << 20) * area / (1 << 20) * (activation_bytes << 19);
            // A LoRA is merged with the parameters beside the network that is built from them.
            let merges = packed && sizes.has_lora && net == Net::Unet;
            working + if merges { held(net) } else { 0 }
        };
        let most = |of: &dyn Fn(Net) -> u64| NETWORKS.into_iter().map(of).max().unwrap_or(0);
        match profile.residency {
            Residency::All => Self {
                profile,
                parameters: NETWORKS.into_iter().map(held).sum(),
                working: most(&spent),
            },
            Residency::One => {
                let largest = NETWORKS
                    .into_iter()
                    .max_by_key(|net| held(*net) + spent(*net));
                let largest = largest.unwrap_or(Net::Unet);
                Self {
                    profile,
                    parameters: held(largest),
                    working: spent(largest),
                }
            }
        }
    }

    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.parameters + self.working
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gigabytes = |bytes: u64| bytes as f64 / 1e9;
        let Profile {
            name,
            residency,
            tile,
            batch,
            ..
        } = self.profile;
        let resident = match residency {
            Residency::All => "all networks",
            Residency::One => "one network at a time",
        };
        write!(
            f,
            "{name}: {:.1} GB ({:.1} GB for {resident}, {:.1} GB to work in), {batch} x {tile} px",
            gigabytes(self.bytes()),
            gigabytes(self.parameters),
            gigabytes(self.working),
        )
    }
}

/// Budgets from the fastest that fits into `free` bytes to the smallest. Where none fits, the smallest:
/// it may still do.
pub fn fitting_budgets(free: u64, sizes: &Sizes, card: bool) -> Vec<Budget> {
    let all: &[Profile] = if card { &CARD } else { &PROCESSOR };
    let budgets = all.iter().map(|profile| Budget::of(*profile, sizes));
    let usable = (free as f64 * USABLE) as u64;
    let mut fit: Vec<Budget> = budgets
        .skip_while(|budget| budget.bytes() > usable)
        .collect();
    if fit.is_empty() {
        fit.extend(all.last().map(|profile| Budget::of(*profile, sizes)));
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fastest(gigabytes: u64, card: bool) -> &'static str {
        fitting_budgets(gigabytes * 1_000_000_000, &Sizes::SDXL, card)[0]
            .profile
            .name
    }

    #[test]
    fn every_card_gets_the_fastest_profile_that_fits() {
        assert_eq!(fastest(80, true), "80 GB");
        assert_eq!(fastest(24, true), "24 GB");
        assert_eq!(fastest(12, true), "8 GB");
        assert_eq!(fastest(8, true), "8 GB");
        assert_eq!(fastest(4, true), "8 GB, small tiles");
        assert_eq!(fastest(64, false), "processor, all resident");
        assert_eq!(fastest(20, false), "processor, all resident");
        assert_eq!(fastest(16, false), "processor");
    }

    #[test]
    fn a_lora_takes_the_unets_parameters_once_more_where_they_are_packed() {
        let with_lora = Sizes {
            has_lora: true,
            ..Sizes::SDXL
        };
        let more = |profile: Profile| {
            let [plain, with_lora] =
                [&Sizes::SDXL, &with_lora].map(|sizes| Budget::of(profile, sizes));
            with_lora.bytes() - plain.bytes()
        };
        assert_eq!(more(CARD[1]), 0);
        assert!(more(PROCESSOR[1]) > 2_000_000_000);
    }

    #[test]
    fn smaller_profiles_follow_the_fastest() {
        let names = fitting_budgets(24_000_000_000, &Sizes::SDXL, true);
        let names: Vec<_> = names.iter().map(|budget| budget.profile.name).collect();
        assert_eq!(names, ["24 GB", "8 GB", "8 GB, small tiles"]);
    }

    #[test]
    fn a_small_profile_fits_a_card_of_eight_gigabytes_and_says_what_it_takes() {
        let budget = Budget::of(CARD[2], &Sizes::SDXL);
        assert!(budget.bytes() < 8_000_000_000 * 9 / 10, "{budget}");
        let said = budget.to_string();
        assert!(
            said.starts_with("8 GB: ") && said.ends_with("1 x 1024 px"),
            "{said}"
        );
        assert!(said.contains("5.1 GB for one network at a time"), "{said}");
    }
}
