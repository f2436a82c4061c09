//! Straightness of a piece's border: builders draw straight lines, leaves and clouds do not.

/// Half the window in which a border is compared with a line, pixels.
const REACH: usize = 9;
/// Every so many border pixels is enough.
const STEP: usize = 3;
/// Root of the mean squared distance from the line, pixels, at which a border is straight.
const NEAR: f32 = 0.9;
/// Root of the mean square along the line, as a share of the reach: corners and specks have less.
const LONG: f32 = 0.4;

/// Share of the border of a label's places that is straight.
pub(super) fn share(labels: &[u32], width: usize, label: u32) -> f32 {
    let height = labels.len() / width;
    let border = border(labels, width, height, label);
    let mut is_border = vec![false; labels.len()];
    border.iter().for_each(|&at| is_border[at] = true);
    let mut tried = 0;
    let mut straight = 0;
    for &at in border.iter().step_by(STEP) {
        tried += 1;
        straight += usize::from(is_straight(&is_border, width, height, at));
    }
    straight as f32 / tried.max(1) as f32
}

/// Places of a label beside others; the picture's border is none.
fn border(labels: &[u32], width: usize, height: usize, label: u32) -> Vec<usize> {
    let of = |x: usize, y: usize| labels[y * width + x] == label;
    let on_border = |&i: &usize| {
        let (x, y) = (i % width, i / width);
        labels[i] == label
            && ((x > 0 && !of(x - 1, y))
                || (x + 1 < width && !of(x + 1, y))
                || (y > 0 && !of(x, y - 1))
                || (y + 1 < height && !of(x, y + 1)))
    };
    (0..labels.len()).filter(on_border).collect()
}

fn is_straight(is_border: &[bool], width: usize, height: usize, at: usize) -> bool {
    let (x, y) = (at % width, at / width);
    let (mut n, mut sum, mut square, mut cross) = (0.0_f32, [0.0_f32; 2], [0.0_f32; 2], 0.0_f32);
    for v in y.saturating_sub(REACH)..=(y + REACH).min(height - 1) {
        for u in x.saturating_sub(REACH)..=(x + REACH).min(width - 1) {
            if is_border[v * width + u] {
                let (dx, dy) = (u as f32 - x as f32, v as f32 - y as f32);
                n += 1.0;
                sum = [sum[0] + dx, sum[1] + dy];
                square = [square[0] + dx * dx, square[1] + dy * dy];
                cross += dx * dy;
            }
        }
    }
    let variance = [0, 1].map(|c| square[c] / n - (sum[c] / n).powi(2));
    let covariance = cross / n - sum[0] * sum[1] / (n * n);
    let mean = (variance[0] + variance[1]) / 2.0;
    let apart = ((variance[0] - variance[1]) / 2.0).hypot(covariance);
    let (across, along) = ((mean - apart).max(0.0).sqrt(), (mean + apart).sqrt());
    across < NEAR && along > LONG * REACH as f32
}
