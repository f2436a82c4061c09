//! Prompt for SAM to segment the sky: points deep inside of what the prior is sure is sky or ground, a
//! box around the sky, and the prior itself as a mask to start from.

use candle_core::{Device, Result, Tensor};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use plumbline_enhance::Mask;

use crate::nets::sam2::{Label, Point, Prompt};

use super::distance::{components, squared_distances};

/// Probability of equally likely sky and ground.
pub(super) const HALF: f32 = 0.5;

/// Probability from which the prior is sure of sky; it is sure of ground below one less it.
const SURE: f32 = 0.9;

/// Most points on the sky, and on the ground. SAM was trained with up to eight clicks.
const POINTS: usize = 4;

/// Least distance of a point from the border, in cells: twelve pixels of the network's 1024. Nearer,
/// the prior's own border is too coarse to know the side.
const DEEP: f32 = 3.0;

/// A component of the sky that is smaller than this share of the picture does not widen the box.
const SPECK: f32 = 0.001;

/// Prior squeezed to a square: probability of sky of every cell, 0.0 to 1.0.
pub(super) struct Plane {
    pub(super) side: usize,
    /// Row by row.
    pub(super) values: Vec<f32>,
}

impl Plane {
    /// Resizes a prior, averaging where it shrinks.
    pub(super) fn squeezed(prior: &Mask, side: usize) -> Self {
        let algorithm = ResizeAlg::Convolution(FilterType::Bilinear);
        let options = ResizeOptions::new().resize_alg(algorithm);
        let from = TypedImageRef::from_buffer(prior.width(), prior.height(), prior.values());
        let mut to = TypedImage::<U8>::new(side as u32, side as u32);
        Resizer::new()
            .resize_typed(&from.expect("values fit their size"), &mut to, &options)
            .expect("the crop box is the whole mask");
        let values = to.pixels().iter().map(|v| f32::from(v.0) / 255.0).collect();
        Self { side, values }
    }

    fn region(&self, is: impl Fn(f32) -> bool) -> Vec<bool> {
        self.values.iter().map(|&v| is(v)).collect()
    }
}

/// Column and row of a cell.
type Cell = (usize, usize);

/// Prompt in cells of the plane.
#[derive(Debug, PartialEq)]
pub(super) struct SkyPrompt {
    side: usize,
    sky: Vec<Cell>,
    ground: Vec<Cell>,
    /// First and last column and row of the box.
    corners: [Cell; 2],
    /// Logits of the prior.
    logits: Vec<f32>,
}

impl SkyPrompt {
    /// Prompt for a prior. `None`: the prior is nowhere sure of sky, or only of slivers.
    pub(super) fn of(prior: &Plane) -> Option<Self> {
        let sky = deep(prior.region(|v| v >= SURE), prior.side);
        if sky.is_empty() {
            return None;
        }
        Some(Self {
            side: prior.side,
            sky,
            ground: deep(prior.region(|v| v <= 1.0 - SURE), prior.side),
            corners: around(&prior.region(|v| v >= HALF), prior.side)?,
            logits: prior.values.iter().map(|&v| logit(v)).collect(),
        })
    }

    /// Prompt for a network with that many pixels along a cell's side.
    pub(super) fn prompt(&self, pixels: usize) -> Result<Prompt> {
        let [first, last] = self.corners;
        let corner = |(x, y): Cell, label| Point {
            x: (x * pixels) as f32,
            y: (y * pixels) as f32,
            label,
        };
        let mut upto = corner((last.0 + 1, last.1 + 1), Label::BoxLowerRight);
        (upto.x, upto.y) = (upto.x - 1.0, upto.y - 1.0);
        let mut points = vec![corner(first, Label::BoxUpperLeft), upto];
        for (cells, label) in [
            (&self.sky, Label::Foreground),
            (&self.ground, Label::Background),
        ] {
            points.extend(cells.iter().map(|&cell| middle(cell, pixels, label)));
        }
        let shape = (1, 1, self.side, self.side);
        let mask = Tensor::from_slice(&self.logits, shape, &Device::Cpu)?;
        Ok(Prompt {
            points,
            mask: Some(mask),
        })
    }
}

/// Centre of a cell in the network's pixels, whose centres are whole numbers.
fn middle((x, y): Cell, pixels: usize, label: Label) -> Point {
    let middle = |cell: usize| (cell as f32 + 0.5) * pixels as f32 - 0.5;
    Point {
        x: middle(x),
        y: middle(y),
        label,
    }
}

/// Deepest cells: of every component of a region, the largest component first; then, while there is room,
/// the cells deepest between the border and those found already.
fn deep(mut region: Vec<bool>, side: usize) -> Vec<Cell> {
    let first = squared_distances(&region, side);
    let deepest = |component: Vec<usize>| deepest(component.into_iter(), &first);
    let mut found: Vec<usize> = components(&region, side)
        .into_iter()
        .filter_map(deepest)
        .take(POINTS)
        .collect();
    found.iter().for_each(|&cell| region[cell] = false);
    while found.len() < POINTS {
        let Some(cell) = self::deepest(0..region.len(), &squared_distances(&region, side)) else {
            break;
        };
        region[cell] = false;
        found.push(cell);
    }
    found
        .iter()
        .map(|cell| (cell % side, cell / side))
        .collect()
}

/// Deepest of some cells. `None`: none is deep enough.
fn deepest(cells: impl Iterator<Item = usize>, squared_distances: &[f32]) -> Option<usize> {
    let deepest = cells.max_by(|&a, &b| {
        squared_distances[a]
            .total_cmp(&squared_distances[b])
            .then(b.cmp(&a))
    })?;
    (squared_distances[deepest] >= DEEP * DEEP).then_some(deepest)
}

/// Bounding box of a region without its specks; of all of it, if there is nothing else.
fn around(region: &[bool], side: usize) -> Option<[Cell; 2]> {
    let mut components = components(region, side);
    let least = (SPECK * region.len() as f32) as usize;
    let kept = components
        .iter()
        .filter(|component| component.len() >= least)
        .count();
    components.truncate(kept.max(1));
    let cells = || components.iter().flatten();
    let (columns, rows) = (|| cells().map(|c| c % side), || cells().map(|c| c / side));
    Some([
        (columns().min()?, rows().min()?),
        (columns().max()?, rows().max()?),
    ])
}

/// Logit of a probability; bounded by what eight bits can tell from 0 and 1: ±6.2.
fn logit(probability: f32) -> f32 {
    let least = 0.5 / 255.0;
    let p = probability.clamp(least, 1.0 - least);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 64;

    fn plane(is_sky: impl Fn(usize, usize) -> bool) -> Plane {
        let value = |at: usize| {
            if is_sky(at % SIDE, at / SIDE) {
                1.0
            } else {
                0.0
            }
        };
        Plane {
            side: SIDE,
            values: (0..SIDE * SIDE).map(value).collect(),
        }
    }

    #[test]
    fn without_a_sure_sky_there_is_nothing_to_point_at() {
        assert_eq!(SkyPrompt::of(&plane(|_, _| false)), None);
        let mut doubtful = plane(|_, y| y < 30);
        doubtful.values.iter_mut().for_each(|v| *v *= 0.8);
        assert_eq!(SkyPrompt::of(&doubtful), None);
        // A sliver: no cell of it is deep.
        assert_eq!(SkyPrompt::of(&plane(|_, y| y < 4)), None);
    }

    #[test]
    fn every_part_of_the_sky_gets_a_point_deep_inside() {
        // Left and right of a tower.
        let sky_prompt = SkyPrompt::of(&plane(|x, y| y < 21 && !(20..33).contains(&x))).unwrap();
        let (right, left) = (sky_prompt.sky[0], sky_prompt.sky[1]);
        assert_eq!((left.0, left.1), (9, 9));
        assert!((43..=53).contains(&right.0) && right.1 == 10);
        assert_eq!(sky_prompt.corners, [(0, 0), (63, 20)]);
    }

    #[test]
    fn points_spread_and_stay_on_their_side() {
        let is_sky = |x: usize, y: usize| 2 * y < x + 20;
        let sky_prompt = SkyPrompt::of(&plane(is_sky)).unwrap();
        assert_eq!(
            (sky_prompt.sky.len(), sky_prompt.ground.len()),
            (POINTS, POINTS)
        );
        assert!(sky_prompt.sky.iter().all(|&(x, y)| is_sky(x, y)));
        assert!(sky_prompt.ground.iter().all(|&(x, y)| !is_sky(x, y)));
        for cells in [sky_prompt.sky, sky_prompt.ground] {
            for (i, a) in cells.iter().enumerate() {
                let apart = |b: &Cell| a.0.abs_diff(b.0).max(a.1.abs_diff(b.1)) >= 3;
                assert!(cells[i + 1..].iter().all(apart), "{cells:?}");
            }
        }
    }

    #[test]
    fn a_picture_of_nothing_but_sky_has_no_points_beside_it() {
        let sky_prompt = SkyPrompt::of(&plane(|_, _| true)).unwrap();
        assert!(sky_prompt.ground.is_empty());
        assert_eq!(sky_prompt.corners, [(0, 0), (63, 63)]);
    }

    #[test]
    fn specks_do_not_widen_the_box() {
        let sky_prompt = SkyPrompt::of(&plane(|x, y| y < 20 || (x, y) == (5, 60))).unwrap();
        assert_eq!(sky_prompt.corners, [(0, 0), (63, 19)]);
    }

    #[test]
    fn a_prompt_is_in_the_networks_pixels() {
        let sky_prompt = SkyPrompt {
            side: 2,
            sky: vec![(1, 0)],
            ground: vec![(0, 1)],
            corners: [(1, 0), (1, 0)],
            logits: vec![-1.0, 1.0, -1.0, -1.0],
        };
        let prompt = sky_prompt.prompt(4).unwrap();
        let point = |x, y, label| Point { x, y, label };
        let wanted = [
            point(4.0, 0.0, Label::BoxUpperLeft),
            point(7.0, 3.0, Label::BoxLowerRight),
            point(5.5, 1.5, Label::Foreground),
            point(1.5, 5.5, Label::Background),
        ];
        assert_eq!(prompt.points, wanted);
        assert_eq!(prompt.mask.unwrap().dims(), [1, 1, 2, 2]);
    }

    #[test]
    fn a_logit_is_bounded() {
        assert!((logit(1.0) - 6.23).abs() < 0.01);
        assert!((logit(0.0) + logit(1.0)).abs() < 1e-4);
        assert_eq!(logit(0.5), 0.0);
    }

    #[test]
    fn a_prior_is_squeezed_to_a_square() {
        let values = (0..8).flat_map(|y| [if y < 4 { 255 } else { 0 }; 16]);
        let prior = Mask::new(16, 8, values.collect()).unwrap();
        let plane = Plane::squeezed(&prior, 4);
        assert_eq!(plane.values[..4], [1.0; 4]);
        assert_eq!(plane.values[12..], [0.0; 4]);
    }
}
