//! The trial of a mask: does what is to be painted look like a sky?
//!
//! A mask comes from a network or from a person, and both take white walls, snow and water for sky.
//! Here the picture speaks, and so do up to two networks that fail differently (the witnesses). The mask
//! falls into pieces where the picture has an edge; every piece needs witnesses. A piece that is
//! odd is left out where the rest is a good sky; what cannot be cut out leaves the sky alone.

use crate::filters::scale::{self, Kernel};
use crate::pixels::{Mask, Pixels};
use crate::sky::planes::Plane;
use crate::sky::trial::ground::Copy;
use crate::sky::trial::pieces::Pieces;

mod ground;
mod labels;
mod oddity;
mod pieces;
mod straight;
mod uprights;
mod windows;
mod witnesses;

pub use oddity::Oddity;
pub use witnesses::Witnesses;

/// Pixels of the copy that is looked at.
const PIXELS: f64 = 8e5;
/// Share of the sky that may be cut out of it before nothing of it is believed.
const MOST_CUT: f32 = 0.2;
/// Share of the picture that the second network must miss in an otherwise certain sky.
const MISSED: f32 = 0.006;

/// Outcome of a trial.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Odd parts of the mask: 1.0, everything else 0.0.
    pub(crate) odd: Plane,
    /// Most important first.
    oddities: Vec<Oddity>,
    /// Share of the picture that is odd.
    share: f32,
    /// The odd parts can be cut out, and the rest is a good sky.
    separable: bool,
}

/// Tries a mask of any size with the picture's shape.
pub fn trial(picture: &Pixels, painted: &Mask, witnesses: &Witnesses<'_>) -> Trial {
    let (width, height) = scale::fit_area(picture.width(), picture.height(), PIXELS);
    let small = scale::shrink(picture, width, height, Kernel::Area);
    let share = Plane::of_mask(painted, width as usize, height as usize);
    of_copy(&small, &share, witnesses)
}

/// Tries a mask over a copy of the picture that has the mask's size.
pub(crate) fn of_copy(small: &Pixels, share: &Plane, witnesses: &Witnesses<'_>) -> Trial {
    let mut copy = Copy::new(small, share);
    let seen = witnesses.over(&copy);
    let pieces = Pieces::of(&copy, &seen);
    let mut trial = Trial::of_pieces(&copy, &pieces);
    trial.add_unseen(&copy, &seen.unseen(&copy));
    trial.separable = trial.share <= MOST_CUT * copy.sky_share();
    // What can be cut out has been judged; the rest has to be a sky.
    copy.cut(&trial.odd);
    let whole = [
        (Oddity::UprightLines, uprights::found(&copy)),
        (Oddity::Windows, windows::found(&copy)),
        (
            Oddity::OneNetworkOnly,
            seen.missed(&copy, &pieces.main, MISSED),
        ),
        (Oddity::Reflected, pieces.reflection),
    ];
    for (oddity, places) in whole {
        trial.add_whole(oddity, &places);
    }
    trial.share = share_of(&trial.odd.values);
    trial
}

impl Trial {
    fn of_pieces(copy: &Copy, pieces: &Pieces) -> Self {
        let odd = pieces.odd(copy);
        let mut oddities = pieces.oddities();
        oddities.dedup();
        Self {
            share: share_of(&odd),
            odd: Plane::new(copy.width, copy.height, odd),
            oddities,
            separable: true,
        }
    }

    fn add_unseen(&mut self, copy: &Copy, unseen: &[bool]) {
        let before = self.share;
        self.mark(unseen);
        self.share = share_of(&self.odd.values);
        let enough = self.share - before > 2e-4 && copy.sky_share() > 0.0;
        if enough && !self.oddities.contains(&Oddity::Unseen) {
            self.oddities.push(Oddity::Unseen);
        }
    }

    fn add_whole(&mut self, oddity: Oddity, places: &[bool]) {
        if places.iter().any(|&is| is) {
            self.mark(places);
            self.oddities.insert(0, oddity);
            self.separable = false;
        }
    }

    fn mark(&mut self, places: &[bool]) {
        let odd = self.odd.values.iter_mut().zip(places);
        odd.filter(|(_, is)| **is).for_each(|(odd, _)| *odd = 1.0);
    }

    /// Share of the picture that would be painted and is odd.
    pub fn share(&self) -> f32 {
        self.share
    }

    /// Odd parts of the mask, on the copy that was looked at.
    pub fn odd_mask(&self) -> Mask {
        let values = self.odd.values.iter().map(|v| (v * 255.0) as u8).collect();
        let (width, height) = (self.odd.width as u32, self.odd.height as u32);
        Mask::new(width, height, values).expect("one value for every pixel")
    }

    /// Oddities, the most important first; empty when nothing is odd.
    pub fn oddities(&self) -> &[Oddity] {
        &self.oddities
    }

    /// The reason to leave the whole sky alone. `None`: it is a sky, or becomes one when its odd
    /// parts are cut out.
    pub fn doubt(&self) -> Option<Oddity> {
        match self.separable {
            true => None,
            false => self.oddities.first().copied(),
        }
    }
}

fn share_of(odd: &[f32]) -> f32 {
    odd.iter().sum::<f32>() / odd.len().max(1) as f32
}
