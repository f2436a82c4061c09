//! Means over square windows by running sums: the cost does not depend on the window.

/// Neighbours of the first and the last column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sides {
    /// Nothing: the window is cut there.
    Open,
    /// The other side, as in a picture that shows a full turn.
    Joined,
}

/// Mean of a plane over a square window, cut at the borders.
pub(crate) fn box_mean(plane: &[f32], width: usize, height: usize, radius: usize) -> Vec<f32> {
    let copy = |y: usize, to: &mut [f32]| to.copy_from_slice(&plane[y * width..][..width]);
    box_mean_of(copy, width, height, radius, Sides::Open)
}

/// The same of a plane whose rows are written when they are wanted. Only the rows under the window
/// are kept.
pub(crate) fn box_mean_of(
    write: impl Fn(usize, &mut [f32]),
    width: usize,
    height: usize,
    radius: usize,
    sides: Sides,
) -> Vec<f32> {
    let kept = (2 * radius + 2).min(height.max(1));
    let (mut ring, mut row) = (vec![0.0_f32; kept * width], vec![0.0_f32; width]);
    let mut out = vec![0.0_f32; width * height];
    let mut sums = vec![0.0_f64; width];
    let mut entered = 0;
    for (y, to) in out.chunks_exact_mut(width).enumerate() {
        if y > radius {
            let left = &ring[(y - radius - 1) % kept * width..][..width];
            sums.iter_mut()
                .zip(left)
                .for_each(|(sum, v)| *sum -= f64::from(*v));
        }
        while entered < (y + radius + 1).min(height) {
            let across = &mut ring[entered % kept * width..][..width];
            write(entered, &mut row);
            match sides {
                Sides::Open => mean_row(&row, across, radius),
                Sides::Joined => mean_around(&row, across, radius),
            }
            sums.iter_mut()
                .zip(across)
                .for_each(|(sum, v)| *sum += f64::from(*v));
            entered += 1;
        }
        let count = (y + radius).min(height - 1) + 1 - y.saturating_sub(radius);
        let scale = 1.0 / count as f64;
        to.iter_mut()
            .zip(&sums)
            .for_each(|(to, sum)| *to = (sum * scale) as f32);
    }
    out
}

fn mean_row(from: &[f32], to: &mut [f32], radius: usize) {
    let width = from.len();
    let mut sum: f64 = from[..radius.min(width)]
        .iter()
        .map(|&v| f64::from(v))
        .sum();
    for x in 0..width {
        if x + radius < width {
            sum += f64::from(from[x + radius]);
        }
        if x > radius {
            sum -= f64::from(from[x - radius - 1]);
        }
        let count = (x + radius).min(width - 1) + 1 - x.saturating_sub(radius);
        to[x] = (sum / count as f64) as f32;
    }
}

/// Every window has its whole width: beyond one end of the row the other begins.
fn mean_around(from: &[f32], to: &mut [f32], radius: usize) {
    let width = from.len();
    let radius = radius.min(width.saturating_sub(1) / 2);
    let at = |x: usize| f64::from(from[x % width]);
    let count = (2 * radius + 1) as f64;
    let mut sum: f64 = (0..=2 * radius).map(|i| at(width - radius + i)).sum();
    for (x, to) in to.iter_mut().enumerate() {
        *to = (sum / count) as f32;
        sum += at(x + radius + 1) - at(x + width - radius);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_mean_of_a_constant_is_the_constant() {
        let mean = box_mean(&[0.25; 7 * 5], 7, 5, 3);
        assert!(mean.iter().all(|v| (v - 0.25).abs() < 1e-6));
    }

    #[test]
    fn a_window_mean_is_that_of_the_slow_definition() {
        for (width, height, radius) in [(13, 29, 3), (9, 5, 4), (6, 40, 1)] {
            let plane: Vec<f32> = (0..width * height)
                .map(|i| (i * 7919 % 251) as f32)
                .collect();
            let found = box_mean(&plane, width, height, radius);
            let reach =
                |at: usize, size: usize| at.saturating_sub(radius)..(at + radius + 1).min(size);
            for (i, found) in found.iter().enumerate() {
                let (rows, columns) = (reach(i / width, height), reach(i % width, width));
                let count = (rows.len() * columns.len()) as f32;
                let row = |y: usize| columns.clone().map(move |x| (x, y));
                let sum: f32 = rows.flat_map(row).map(|(x, y)| plane[y * width + x]).sum();
                assert!((found - sum / count).abs() < 1e-3, "{i}: {found}");
            }
        }
    }

    #[test]
    fn joined_sides_lie_beside_each_other() {
        let plane = [1.0, 2.0, 3.0, 4.0, 8.0];
        let copy = |_: usize, to: &mut [f32]| to.copy_from_slice(&plane);
        let mean = box_mean_of(copy, 5, 1, 1, Sides::Joined);
        let wanted = [11.0, 6.0, 9.0, 15.0, 13.0].map(|sum| sum / 3.0);
        assert!(
            mean.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-6),
            "{mean:?}"
        );
    }

    #[test]
    fn a_window_mean_counts_only_what_is_inside() {
        let mean = box_mean(&[1.0, 2.0, 3.0, 4.0], 4, 1, 1);
        assert_eq!(mean, [1.5, 2.0, 3.0, 3.5]);
    }
}
