//! Values between values: the smooth step, and the cells of a coarse grid around a finer cell.

/// Smoothstep from `from` to `to` (either order), 0.0 to 1.0.
pub(crate) fn smoothstep(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The coarse cell whose centre is before a fine cell's, and the share of the next.
pub(crate) fn position(fine: usize, fine_count: usize, coarse_count: usize) -> (usize, f32) {
    let at = (fine as f32 + 0.5) * coarse_count as f32 / fine_count as f32 - 0.5;
    let at = at.clamp(0.0, (coarse_count - 1) as f32);
    let left = (at as usize).min(coarse_count - 1);
    (left, at - left as f32)
}

/// For every fine column the coarse column to its left, which has a next one wherever there are
/// two, and the share of that next.
pub(crate) fn columns_of(fine: usize, coarse: usize) -> Vec<(u32, f32)> {
    let place = |x| {
        let (left, share) = position(x, fine, coarse);
        if left + 1 < coarse {
            (left as u32, share)
        } else {
            (left.saturating_sub(1) as u32, 1.0)
        }
    };
    (0..fine).map(place).collect()
}
