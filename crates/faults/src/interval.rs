//! The 95 % interval of a share.

/// Wilson's score interval (1927) of a share of pairs, at 95 %, as shares.
pub fn wilson(part: usize, all: usize) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (all as f64, 1.959_964);
    let (p, square) = (part as f64 / n, z * z);
    let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
    let reach = z / (1.0 + square / n) * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    ((middle - reach).max(0.0), (middle + reach).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe 1998 (Statistics in Medicine 17, table I), method 3.
    #[test]
    fn the_published_intervals_come_out() {
        for (part, all, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (29, 29, 0.8830, 1.0),
        ] {
            let (from, to) = wilson(part, all);
            assert!((from - low).abs() < 6e-5, "{part} of {all}: {from}");
            assert!((to - high).abs() < 6e-5, "{part} of {all}: {to}");
        }
    }

    #[test]
    fn nothing_tried_says_nothing() {
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }
}
