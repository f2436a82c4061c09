//! Agreement: how well a shape that was found lies on the truth. Area by intersection over union,
//! edges by the boundary F1 of Csurka et al. 2013, "What is a good evaluation measure for semantic
//! segmentation?", at two pixels.

use plumbline_enhance::Mask;

use crate::bench::scenes::patches::without_small;
use crate::bench::scenes::shape::Shape;

/// The sky as a person, or a person's tool, drew it.
pub struct Truth {
    sky: Shape,
    /// Its outline, without small patches.
    outline: Shape,
    /// Pixels that were labelled, and are no neighbours of one that was not.
    counted: Shape,
}

/// 0.0 not at all, 1.0 entirely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Area of both over the area of either.
    pub iou: f64,
    /// F1 of boundary pixels that lie within two pixels of the other's.
    pub edge: f64,
    /// F1 without small patches in either.
    pub outline: f64,
}

impl Truth {
    /// Reads a mask that is 255 where sky is, 0 where none is, and about 128 where nobody said.
    pub fn of(mask: &Mask) -> Self {
        let sky = Shape::of(mask, |v| v > 191);
        let unsaid = Shape::of(mask, |v| (64..=191).contains(&v)).grown();
        Self {
            outline: without_small(&sky),
            counted: sky.with(unsaid.values.iter().map(|v| !v).collect()),
            sky,
        }
    }
}

/// Agreement of two shapes of one size.
pub fn agreement(found: &Shape, truth: &Truth) -> Agreement {
    let counted = &truth.counted;
    Agreement {
        iou: iou(&found.and(counted), &truth.sky.and(counted)),
        edge: edge(found, &truth.sky, counted),
        outline: edge(&without_small(found), &truth.outline, counted),
    }
}

fn iou(found: &Shape, truth: &Shape) -> f64 {
    let both = found.and(truth).count();
    share(both, found.count() + truth.count() - both)
}

fn edge(found: &Shape, truth: &Shape, counted: &Shape) -> f64 {
    let [found, truth] = [found, truth].map(|shape| shape.boundary().and(counted));
    let hit = |of: &Shape, by: &Shape| of.and(&by.grown()).count();
    // F1 is the harmonic mean of these two shares; none of both is agreement.
    let precision = share(hit(&found, &truth), found.count());
    let recall = share(hit(&truth, &found), truth.count());
    if precision + recall > 0.0 {
        2.0 * precision * recall / (precision + recall)
    } else {
        0.0
    }
}

/// Share of a part; 1.0 of nothing.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: u32 = 64;

    fn mask(value: impl Fn(u32, u32) -> u8) -> Mask {
        let values = (0..SIDE * SIDE).map(|i| value(i % SIDE, i / SIDE));
        Mask::new(SIDE, SIDE, values.collect()).unwrap()
    }

    fn square(left: u32, top: u32) -> impl Fn(u32, u32) -> u8 {
        move |x, y| {
            let within = (left..left + 20).contains(&x) && (top..top + 20).contains(&y);
            u8::from(within) * 255
        }
    }

    fn found(value: impl Fn(u32, u32) -> u8) -> Shape {
        Shape::of(&mask(value), |v| v > 127)
    }

    #[test]
    fn a_shape_agrees_with_itself() {
        let truth = Truth::of(&mask(square(10, 10)));
        let all = agreement(&found(square(10, 10)), &truth);
        assert_eq!((all.iou, all.edge, all.outline), (1.0, 1.0, 1.0));
    }

    #[test]
    fn a_square_moved_by_two_pixels_keeps_its_edges_and_by_four_half_of_them() {
        let truth = Truth::of(&mask(square(10, 10)));
        let two = agreement(&found(square(12, 10)), &truth);
        assert_eq!(two.edge, 1.0);
        assert_eq!(two.iou, 18.0 / 22.0);
        // Of 76 boundary pixels, 18 of the upper and of the lower side lie within two pixels, and
        // of the left side the two nearest to each of them.
        let four = agreement(&found(square(14, 10)), &truth);
        assert_eq!(four.edge, 40.0 / 76.0);
        assert_eq!(four.outline, four.edge);
    }

    #[test]
    fn what_nobody_labelled_is_ignored_and_two_pixels_around_it() {
        let labelled = |x, y| if x < 20 { 128 } else { square(10, 10)(x, y) };
        let truth = Truth::of(&mask(labelled));
        let wrong = |x, y| if x < 22 { 255 } else { square(10, 10)(x, y) };
        assert_eq!(agreement(&found(wrong), &truth).iou, 1.0);
        assert!(
            agreement(
                &found(|x, y| if x < 23 { 255 } else { wrong(x, y) }),
                &truth
            )
            .iou < 1.0
        );
    }

    #[test]
    fn specks_and_pinholes_vanish_from_the_outline_and_from_nothing_else() {
        let truth = Truth::of(&mask(square(10, 10)));
        let speckled = |x, y| match (x, y) {
            (50, 50) => 255,
            (20, 20) => 0,
            _ => square(10, 10)(x, y),
        };
        let all = agreement(&found(speckled), &truth);
        assert!(all.edge < 1.0 && all.iou < 1.0);
        assert_eq!(all.outline, 1.0);
    }

    #[test]
    fn a_sky_that_was_not_found_has_no_edge_and_none_that_is_none_has_all() {
        let nothing = |_, _| 0;
        let missed = agreement(&found(nothing), &Truth::of(&mask(square(10, 10))));
        assert_eq!((missed.iou, missed.edge), (0.0, 0.0));
        let none = agreement(&found(nothing), &Truth::of(&mask(nothing)));
        assert_eq!((none.iou, none.edge), (1.0, 1.0));
    }
}
