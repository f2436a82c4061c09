//! Order statistics of small sets of numbers.

/// The number that `rank` others are not above, in time linear in their count. Panics where there
/// are no more than `rank`.
pub(crate) fn ranked(mut values: Vec<f32>, rank: usize) -> f32 {
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// The median, the upper one of two; `None`: there are no numbers.
pub(crate) fn median(values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| ranked(values, middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_of_two_middles_is_the_median() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(3.0));
        assert_eq!(ranked(vec![4.0, 1.0, 3.0, 2.0], 0), 1.0);
    }
}
