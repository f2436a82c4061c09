//! The matte: how much of every full-size pixel is sky, from a coarse guess and the picture itself.
//!
//! A network says roughly where sky is likely, at a few hundred pixels. Sky is smooth, so what its
//! colour would be is known everywhere near it: from where it is certain, without what is thin
//! (wires, twigs), spread into where it is not. A pixel is sky as far as it has that colour, on the
//! scale of the distance to the ground's colour nearby. Where sky and ground have one colour (a
//! white wall under a white sky) the guess decides, after a guided filter (He, Sun and Tang 2013)
//! has moved it onto the picture's edges. What has the sky's colour where no guess says so, far from
//! all sky, is a window. Fields are coarse, the comparison is made with full-size pixels: twigs
//! thinner than a coarse pixel keep their share. Compare Liba et al. 2020, "Sky optimization", whose
//! weighted guided filter this replaces where colour can tell.

use rayon::prelude::*;

use crate::filters::scale::{self, Kernel};
use crate::kernels::sky::unlike;
use crate::math::interpolation::{columns_of, smoothstep};
use crate::math::light::{LUMA, Sample};
use crate::pixels::{Mask, Pixels, Samples};
use crate::sky::islands::vouched;
use crate::sky::planes::Plane;
use crate::sky::row::Row;
use crate::sky::trial::Trial;
use crate::sky::view::{SkyView, view};

/// Longer side of the coarse fields.
const LONG_EDGE: u32 = 2048;
/// Half widths in pixels of those: what is thin; how far a guess may be off; the guided window. Of
/// a smaller picture they are less.
const THIN: f32 = 6.0;
const OFF: f32 = 7.0;
const WINDOW: f32 = 12.0;
/// Variance of luma that the guided filter takes for texture.
const TEXTURE: f32 = 4e-4;

/// Coarse fields from which a full-size row of the matte is made.
pub struct Matte {
    /// Light that the sky has or would have.
    pub(crate) sky: [Plane; 3],
    /// Distance from that colour, as a share of it, at which a pixel stops to be all sky.
    pub(crate) near: Plane,
    /// One over the further distance at which it is none at all.
    pub(crate) slope: Plane,
    /// The share that does not depend on colour, and the share that does.
    pub(crate) base: Plane,
    pub(crate) trust: Plane,
    /// Share of sky of a coarse pixel.
    pub(crate) share: Plane,
    /// Numbers about the sky.
    pub view: SkyView,
    /// Certain sky, to find another picture's sky in the same places.
    pub(crate) certain: Plane,
}

impl Matte {
    /// Refines how likely each pixel is sky, of any size, against the picture.
    pub fn refine(pixels: &Pixels, likely: &Mask) -> Self {
        let (width, height) = scale::fit(pixels.width(), pixels.height(), LONG_EDGE);
        let small = scale::shrink(pixels, width, height, Kernel::Area);
        Self::of(&small, likely)
    }

    fn of(small: &Pixels, likely: &Mask) -> Self {
        let (width, height) = (small.width() as usize, small.height() as usize);
        let light = light(small);
        let guess = Plane::of_mask(likely, width, height);
        let reach = |radius: f32| radius_of(radius, width.max(height));
        let (off, window) = (reach(OFF), reach(WINDOW));
        let snapped = snapped(&guess, &luma(&light), window);
        let certain_sky = guess
            .smallest(off.div_ceil(2))
            .map(|p| smoothstep(0.80, 0.96, p));
        let certain_ground = guess.largest(off).map(|p| 1.0 - smoothstep(0.02, 0.15, p));
        let sky = smooth_sky(&light, &certain_sky);

        let unlike = distance(&light, &sky, &certain_sky);
        let near = tolerance(&unlike, &certain_sky, window);
        let apart = {
            let ground = light.each_ref().map(|plane| plane.filled(&certain_ground));
            distance(&ground, &sky, &certain_sky)
        };
        let far = far(&apart, &near, &snapped);
        let trust = near.with(&apart, |near, apart| {
            smoothstep(1.2 * near, 2.6 * near, apart)
        });
        let gate = guess
            .largest(off)
            .map(|p| smoothstep(0.04, 0.25, p))
            .mean(off.div_ceil(4));
        let doubt = doubt(&snapped, &trust);
        let base = snapped.map(|p| smoothstep(0.3, 0.7, p));
        let base = base.with(&trust, |base, trust| base * (1.0 - trust));
        let slope = far.with(&near, |far, near| 1.0 / (far - near));
        let mut matte = Self {
            sky,
            near,
            slope,
            base: base.with(&gate, |base, gate| base * gate),
            trust: trust.with(&gate, |trust, gate| trust * gate),
            share: unlike,
            view: SkyView::default(),
            certain: certain_sky,
        };
        matte.share = matte.shares();
        matte.keep(&vouched(&matte.share, &guess));
        matte.view = SkyView {
            doubt: (doubt / mass(&matte.share).max(1.0)) as f32,
            ..view(&matte.share, &matte.sky, &light)
        };
        matte
    }

    /// Share of sky of every pixel, on a copy of at most 2048 pixels a side.
    pub fn coarse_mask(&self) -> Mask {
        let values = self.share.values.iter().map(|v| (v * 255.0 + 0.5) as u8);
        let (width, height) = (self.share.width as u32, self.share.height as u32);
        Mask::new(width, height, values.collect()).expect("every row has its length")
    }

    /// The mask to paint in on a small copy of the frame: 255 where any of a pixel is sky.
    pub(crate) fn mask_of(&self, width: u32, height: u32) -> Mask {
        let share = self.share.resized(width as usize, height as usize);
        let any = |v: &f32| if *v > 0.02 { 255 } else { 0 };
        let values = share.values.iter().map(any).collect();
        Mask::new(width, height, values).expect("every row has its length")
    }

    /// Light of a sky that was painted on a small copy of the frame: only where there is certainly
    /// sky, and from there over its edge.
    pub(crate) fn painted(&self, small: &Pixels) -> [Plane; 3] {
        let (width, height) = (self.share.width, self.share.height);
        let fitted = |plane: Plane| plane.resized(width, height).filled(&self.certain);
        light(small).map(fitted)
    }

    /// Light that the sky has in another picture of the same frame, for instance after grading.
    pub(crate) fn sky_of(&self, pixels: &Pixels) -> [Plane; 3] {
        let (width, height) = (self.share.width as u32, self.share.height as u32);
        let small = scale::shrink(pixels, width, height, Kernel::Area);
        smooth_sky(&light(&small), &self.certain)
    }

    /// Without the odd parts that its trial found; where those cannot be cut out, all of it stays
    /// and the view says what is odd.
    pub fn tried(mut self, trial: &Trial) -> Self {
        self.view.odd = trial.doubt();
        if self.view.odd.is_none() && trial.share() > 0.0 {
            let odd = trial.odd.resized(self.share.width, self.share.height);
            let edge = radius_of(OFF, self.share.width.max(self.share.height));
            let kept = odd.largest(edge).map(|odd| 1.0 - odd);
            let before = mass(&self.share);
            self.keep(&kept.mean(edge.div_ceil(4)));
            let left = mass(&self.share) / before.max(1.0);
            self.view.share *= left as f32;
        }
        self
    }

    /// Only so much of it, everywhere.
    fn keep(&mut self, kept: &Plane) {
        for plane in [&mut self.base, &mut self.trust, &mut self.share] {
            *plane = plane.with(kept, |own, kept| own * kept);
        }
    }

    /// From distances, in place of which they are kept until then.
    fn shares(&self) -> Plane {
        let at = |i: usize| {
            let q = 1.0 - (self.share.values[i] - self.near.values[i]) * self.slope.values[i];
            (self.base.values[i] + self.trust.values[i] * q.clamp(0.0, 1.0)).clamp(0.0, 1.0)
        };
        let values = (0..self.share.values.len()).into_par_iter().map(at);
        Plane::new(self.share.width, self.share.height, values.collect())
    }

    /// Share of sky of every pixel, full size.
    pub fn mask(&self, pixels: &Pixels) -> Mask {
        let (width, height) = (pixels.width(), pixels.height());
        let values = match pixels.samples() {
            Samples::Eight(v) => self.values(v, width as usize),
            Samples::Sixteen(v) => self.values(v, width as usize),
        };
        Mask::new(width, height, values).expect("every row has its length")
    }

    fn values<S: Sample>(&self, samples: &[S], width: usize) -> Vec<u8> {
        let height = samples.len() / (3 * width);
        let columns = columns_of(width, self.share.width);
        let mut values = vec![0_u8; width * height];
        let rows = values
            .par_chunks_mut(width)
            .zip(samples.par_chunks(3 * width));
        rows.enumerate()
            .for_each_init(Row::default, |row, (y, (to, from))| {
                row.enter(self, y, height, &columns);
                row.share(&from[3 * row.from..3 * row.to]);
                let to = to[row.from..row.to].iter_mut().zip(&row.share);
                to.for_each(|(to, share)| *to = (share * 255.0 + 0.5) as u8);
            });
        values
    }
}

/// A half width on a copy whose longer side is `long`.
fn radius_of(radius: f32, long: usize) -> usize {
    let scale = long as f32 / LONG_EDGE as f32;
    ((radius * scale).round() as usize).max(1)
}

/// Without what is thin, from where sky is certain into where it is not.
fn smooth_sky(light: &[Plane; 3], certain: &Plane) -> [Plane; 3] {
    let thin = radius_of(THIN, certain.width.max(certain.height));
    let thick = light.each_ref().map(|plane| plane.without_thin(thin));
    thick.map(|plane| plane.filled(certain))
}

/// Coarse pixels' worth of undecided guess that colour cannot decide either.
fn doubt(guess: &Plane, trust: &Plane) -> f64 {
    mass(&guess.with(trust, |p, trust| 4.0 * p * (1.0 - p) * (1.0 - trust)))
}

fn mass(plane: &Plane) -> f64 {
    plane.values.iter().map(|&v| f64::from(v)).sum()
}

fn distance(one: &[Plane; 3], sky: &[Plane; 3], certain: &Plane) -> Plane {
    let at = |i: usize| {
        let of = |planes: &[Plane; 3]| [0, 1, 2].map(|c| planes[c].values[i]);
        unlike(of(one), of(sky), certain.values[i])
    };
    let values = (0..sky[0].values.len()).into_par_iter().map(at).collect();
    Plane::new(sky[0].width, sky[0].height, values)
}

/// Local deviation of certain sky from its smooth colour: grain, and the texture of clouds.
fn tolerance(unlike: &Plane, certain: &Plane, window: usize) -> Plane {
    let grain = unlike.map(|v| v.min(0.10)).filled(certain);
    let around = grain.mean(2 * window).map(|v| 0.02 + 2.0 * v);
    // Far from any ground, what differs a little is a cloud.
    around.with(certain, |around, certain| around.max(0.16 * certain))
}

/// Distance at which a pixel is no sky at all: near the ground's own, and the nearer to the sky's
/// colour the less likely sky is there.
fn far(apart: &Plane, near: &Plane, likely: &Plane) -> Plane {
    let reach = apart.with(near, |apart, near| (0.9 * apart).max(near + 0.06) - near);
    let reach = reach.with(likely, |reach, p| {
        reach * (0.35 + 0.65 * smoothstep(0.02, 0.25, p))
    });
    reach.with(near, |reach, near| near + reach)
}

/// The guess on the picture's edges: a guided filter with the luma as its guide.
fn snapped(guess: &Plane, luma: &Plane, window: usize) -> Plane {
    let square = |v: f32, w: f32| v * w;
    let (mean_i, mean_p) = (luma.mean(window), guess.mean(window));
    let cross = luma.with(guess, square).mean(window);
    let own = luma.with(luma, square).mean(window);
    let covariance = cross.with(&mean_i.with(&mean_p, square), |v, w| v - w);
    let variance = own.with(&mean_i.with(&mean_i, square), |v, w| (v - w).max(0.0));
    let a = covariance.with(&variance, |c, v| c / (v + TEXTURE));
    let b = mean_p.with(&a.with(&mean_i, square), |p, ai| p - ai);
    let (a, b) = (a.mean(window), b.mean(window));
    let snapped = a.with(luma, square).with(&b, |ai, b| ai + b);
    snapped.map(|v| v.clamp(0.0, 1.0))
}

/// Light of an 8-bit picture as three planes.
pub(crate) fn light(small: &Pixels) -> [Plane; 3] {
    let (width, height) = (small.width() as usize, small.height() as usize);
    let rgb = small.rgb8();
    let table = u8::linear_table();
    [0, 1, 2].map(|c| {
        let channel = rgb
            .as_chunks::<3>()
            .0
            .iter()
            .map(|p| table[usize::from(p[c])]);
        Plane::new(width, height, channel.collect())
    })
}

/// Encoded luma, for perceived edges.
fn luma(light: &[Plane; 3]) -> Plane {
    let sum = light[0].with(&light[1], |r, g| LUMA[0] * r + LUMA[1] * g);
    sum.with(&light[2], |s, b| (s + LUMA[2] * b).sqrt())
}
