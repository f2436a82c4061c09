//! Connected places on a grid of cells.

use crate::brackets::pyramid::Size;

/// Number of cells that are set in the square around each.
pub(super) fn window_count(set: &[bool], size: Size, radius: usize) -> Vec<usize> {
    let mut across = vec![0_usize; set.len()];
    for (to, row) in across
        .chunks_exact_mut(size.width)
        .zip(set.chunks_exact(size.width))
    {
        for (x, to) in to.iter_mut().enumerate() {
            let window = x.saturating_sub(radius)..(x + radius + 1).min(size.width);
            *to = row[window].iter().filter(|&&v| v).count();
        }
    }
    (0..set.len())
        .map(|i| {
            let (x, y) = (i % size.width, i / size.width);
            let window = y.saturating_sub(radius)..(y + radius + 1).min(size.height);
            window.map(|y| across[y * size.width + x]).sum()
        })
        .collect()
}

/// Every set cell and what is within `radius` of one.
pub(super) fn widened(set: &[bool], size: Size, radius: usize) -> Vec<bool> {
    let counts = window_count(set, size, radius);
    counts.into_iter().map(|count| count > 0).collect()
}

/// Set cells with the gaps between them that are narrower than twice `radius`, and without holes.
pub(super) fn filled(set: &[bool], size: Size, radius: usize) -> Vec<bool> {
    let wide = widened(set, size, radius);
    let outside: Vec<bool> = wide.iter().map(|v| !v).collect();
    // Beyond the picture nothing is outside: a place at the border stays whole.
    let narrow = widened(&outside, size, radius);
    let closed: Vec<bool> = std::iter::zip(&narrow, set)
        .map(|(&outside, &set)| !outside || set)
        .collect();
    without_holes(closed, size)
}

/// Holes are what is not set and does not reach the border.
fn without_holes(mut set: Vec<bool>, size: Size) -> Vec<bool> {
    let free: Vec<bool> = set.iter().map(|v| !v).collect();
    for place in connected(&free, size) {
        let at_border = |&i: &usize| {
            let (x, y) = (i % size.width, i / size.width);
            x == 0 || y == 0 || x + 1 == size.width || y + 1 == size.height
        };
        // A room seen through somebody's arm is small; half a picture is no hole.
        if place.len() * 20 < set.len() && !place.iter().any(at_border) {
            place.into_iter().for_each(|i| set[i] = true);
        }
    }
    set
}

/// Connected cells, each place in the order it was found.
pub(super) fn connected(set: &[bool], size: Size) -> Vec<Vec<usize>> {
    let mut left = set.to_vec();
    let mut found = Vec::new();
    for start in 0..left.len() {
        if !std::mem::take(&mut left[start]) {
            continue;
        }
        let mut place = vec![start];
        let mut next = 0;
        while let Some(&i) = place.get(next) {
            next += 1;
            for beside in neighbours(i, size) {
                if std::mem::take(&mut left[beside]) {
                    place.push(beside);
                }
            }
        }
        found.push(place);
    }
    found
}

fn neighbours(i: usize, size: Size) -> impl Iterator<Item = usize> {
    let (x, y) = (i % size.width, i / size.width);
    [
        (x > 0).then(|| i - 1),
        (x + 1 < size.width).then_some(i + 1),
        (y > 0).then(|| i - size.width),
        (y + 1 < size.height).then_some(i + size.width),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        width: 20,
        height: 20,
    };

    fn ring() -> Vec<bool> {
        let on = |i: usize| {
            let (x, y) = ((i % 20).abs_diff(10), (i / 20).abs_diff(10));
            x.max(y) == 2
        };
        (0..400).map(on).collect()
    }

    #[test]
    fn a_ring_is_one_place_without_its_hole_too() {
        assert_eq!(connected(&ring(), SIZE).len(), 1);
        let filled = filled(&ring(), SIZE, 1);
        assert!(filled[10 * 20 + 10]);
        assert_eq!(filled.iter().filter(|&&v| v).count(), 25);
    }

    #[test]
    fn widening_goes_as_far_as_asked() {
        let mut one = vec![false; 400];
        one[10 * 20 + 10] = true;
        assert_eq!(widened(&one, SIZE, 2).iter().filter(|&&v| v).count(), 25);
    }
}
