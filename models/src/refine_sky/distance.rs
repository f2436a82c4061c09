//! Distance transform and connected components of a region of a square plane.

/// Squared distance (in cells, between middles) of every cell to the nearest one outside of the
/// region; zero outside. All around the plane is outside. Felzenszwalb and Huttenlocher 2012,
/// "Distance transforms of sampled functions": exact, first along columns, then along rows.
pub(super) fn squared_distances(inside: &[bool], side: usize) -> Vec<f32> {
    let far = (2 * side * side) as f32;
    let mut squared_distances: Vec<f32> =
        inside.iter().map(|&i| if i { far } else { 0.0 }).collect();
    for x in 0..side {
        let column: Vec<f32> = (0..side).map(|y| squared_distances[y * side + x]).collect();
        for (y, depth) in lower_envelope(&column).into_iter().enumerate() {
            squared_distances[y * side + x] = depth;
        }
    }
    for row in squared_distances.chunks_exact_mut(side) {
        let deeper = lower_envelope(row);
        row.copy_from_slice(&deeper);
    }
    squared_distances
}

/// Lower envelope of parabolas on every value, evaluated at every place; beyond both ends there is one
/// on zero.
fn lower_envelope(values: &[f32]) -> Vec<f32> {
    let edge = values.len() as f32;
    let ends = [(-1.0, 0.0), (edge, 0.0)];
    let middle = values.iter().enumerate().map(|(at, &v)| (at as f32, v));
    let feet = ends[..1].iter().copied().chain(middle).chain([ends[1]]);
    // Parabolas of the envelope: where each stands, how high, and from where on it is the lowest.
    let mut lowest: Vec<(f32, f32, f32)> = Vec::new();
    for (at, height) in feet {
        let mut from = f32::NEG_INFINITY;
        while let Some(&(other, other_height, since)) = lowest.last() {
            let rise = height + at * at - other_height - other * other;
            from = rise / (2.0 * (at - other));
            if from > since {
                break;
            }
            lowest.pop();
            from = f32::NEG_INFINITY;
        }
        lowest.push((at, height, from));
    }
    evaluate(&lowest, values.len())
}

fn evaluate(lowest: &[(f32, f32, f32)], length: usize) -> Vec<f32> {
    let mut current = 0;
    let mut squared_distances = Vec::with_capacity(length);
    for at in (0..length).map(|at| at as f32) {
        while lowest.get(current + 1).is_some_and(|next| next.2 <= at) {
            current += 1;
        }
        let (foot, height, _) = lowest[current];
        squared_distances.push((at - foot) * (at - foot) + height);
    }
    squared_distances
}

/// Components of a region, connected by edges, as cells; the largest first.
pub(super) fn components(inside: &[bool], side: usize) -> Vec<Vec<usize>> {
    let mut left = inside.to_vec();
    let mut components = Vec::new();
    for first in 0..left.len() {
        if left[first] {
            components.push(component(&mut left, side, first));
        }
    }
    components.sort_by_key(|component| std::cmp::Reverse(component.len()));
    components
}

/// Removes the component of a cell from a region, and returns it.
fn component(left: &mut [bool], side: usize, first: usize) -> Vec<usize> {
    left[first] = false;
    let mut cells = vec![first];
    let mut next = 0;
    while let Some(&cell) = cells.get(next) {
        next += 1;
        let (x, y) = (cell % side, cell / side);
        let around = [
            (x > 0).then(|| cell - 1),
            (x + 1 < side).then(|| cell + 1),
            (y > 0).then(|| cell - side),
            (y + 1 < side).then(|| cell + side),
        ];
        for near in around.into_iter().flatten() {
            if std::mem::take(&mut left[near]) {
                cells.push(near);
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 12;

    /// A region that has holes, edges and corners, without a pattern.
    fn region() -> Vec<bool> {
        let cell = |at: usize| !(at * at + 3 * at).is_multiple_of(7) || at % 12 > 8;
        (0..SIDE * SIDE).map(cell).collect()
    }

    /// By looking at every cell, in and around the plane.
    fn plainly(inside: &[bool], x: i32, y: i32) -> f32 {
        let side = SIDE as i32;
        let is_inside = |x: i32, y: i32| {
            let within = (0..side).contains(&x) && (0..side).contains(&y);
            within && inside[(y * side + x) as usize]
        };
        let around = (-1..=side).flat_map(|v| (-1..=side).map(move |u| (u, v)));
        let outside = around.filter(|&(u, v)| !is_inside(u, v));
        let squared = outside.map(|(u, v)| (u - x).pow(2) + (v - y).pow(2));
        squared.min().unwrap() as f32
    }

    #[test]
    fn depths_are_the_distances_to_the_nearest_cell_outside() {
        for inside in [region(), vec![true; SIDE * SIDE], vec![false; SIDE * SIDE]] {
            for (at, depth) in squared_distances(&inside, SIDE).into_iter().enumerate() {
                let (x, y) = ((at % SIDE) as i32, (at / SIDE) as i32);
                assert_eq!(depth, plainly(&inside, x, y), "at {x}, {y}");
            }
        }
    }

    #[test]
    fn parts_hang_together_by_edges_and_the_largest_comes_first() {
        let inside = [1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0].map(|v| v == 1);
        let mut components = components(&inside, 4);
        components.iter_mut().for_each(|component| component.sort());
        assert_eq!(components, [vec![5, 6, 9], vec![0], vec![12]]);
    }
}
