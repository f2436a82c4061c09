//! Position, time and heading of a photo, read from its GPS block (EXIF 2.32, section 4.6.6).

use crate::codec::ifd::Entry;
use crate::codec::ifd::tree::Tree;
use crate::shot::GpsFix;

const LATITUDE: [u16; 2] = [1, 2];
const LONGITUDE: [u16; 2] = [3, 4];
const TIME: u16 = 7;
const HEADING: [u16; 2] = [16, 17];
const DATE: u16 = 29;

/// The fix that an EXIF block states; `None`: it lacks the position or the time.
pub(crate) fn read(exif: &[u8]) -> Option<GpsFix> {
    let gps = Tree::read(exif)?.gps;
    let find = |tag: u16| gps.iter().find(|entry| entry.tag == tag);
    let angle = |[side, value]: [u16; 2], negative: &str, most: f64| {
        let [degrees, minutes, seconds] = three(find(value)?)?;
        let size = degrees + minutes / 60.0 + seconds / 3600.0;
        let sign = if find(side)?.text().eq_ignore_ascii_case(negative) {
            -1.0
        } else {
            1.0
        };
        (size <= most).then_some(sign * size)
    };
    let [hours, minutes, seconds] = three(find(TIME)?)?;
    let day = day(&find(DATE)?.text())?;
    let heading = || {
        let [kind, value] = HEADING.map(find);
        let is_true = kind?.text().eq_ignore_ascii_case("T");
        value?
            .real()
            .filter(|v| is_true && (0.0..=360.0).contains(v))
    };
    Some(GpsFix {
        latitude: angle(LATITUDE, "S", 90.0)?,
        longitude: angle(LONGITUDE, "W", 180.0)?,
        days_since_2000: day - 0.5 + hours / 24.0 + minutes / 1440.0 + seconds / 86_400.0,
        heading_degrees: heading(),
    })
}

/// Three unsigned rationals.
fn three(entry: &Entry) -> Option<[f64; 3]> {
    if entry.kind != 5 {
        return None;
    }
    let (numbers, rest) = entry.value.as_chunks::<4>();
    let numbers: Vec<f64> = numbers
        .iter()
        .map(|b| f64::from(u32::from_le_bytes(*b)))
        .collect();
    let values: Vec<f64> = numbers
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[n, d]| n / d)
        .collect();
    let values: [f64; 3] = values.try_into().ok().filter(|_| rest.is_empty())?;
    values.iter().all(|v| v.is_finite()).then_some(values)
}

/// Days from 1 January 2000 to a date like "2026:06:21", proleptic Gregorian.
fn day(date: &str) -> Option<f64> {
    let mut parts = date
        .split([':', '-'])
        .map(|part| part.trim().parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let known =
        (1970..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !known {
        return None;
    }
    // Fliegel and Van Flandern, 1968, in days since that of 2000.
    let a = (month - 14) / 12;
    let julian = (1461 * (year + 4800 + a)) / 4 + (367 * (month - 2 - 12 * a)) / 12
        - (3 * ((year + 4900 + a) / 100)) / 4
        + day
        - 32_075;
    Some((julian - 2_451_545) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rationals(tag: u16, values: &[[u32; 2]]) -> Entry {
        let value = values.iter().flatten().flat_map(|v| v.to_le_bytes());
        Entry {
            tag,
            kind: 5,
            value: value.collect(),
        }
    }

    fn text(tag: u16, text: &str) -> Entry {
        let value = format!("{text}\0").into_bytes();
        Entry {
            tag,
            kind: 2,
            value,
        }
    }

    fn sydney() -> Vec<Entry> {
        vec![
            text(1, "S"),
            rationals(2, &[[33, 1], [52, 1], [1200, 100]]),
            text(3, "E"),
            rationals(4, &[[151, 1], [12, 1], [36, 1]]),
            rationals(TIME, &[[1, 1], [30, 1], [0, 1]]),
            text(16, "T"),
            rationals(17, &[[2705, 10]]),
            text(DATE, "2026:12:21"),
        ]
    }

    fn read(gps: Vec<Entry>) -> Option<GpsFix> {
        let tree = Tree {
            big_endian: true,
            gps,
            ..Tree::default()
        };
        super::read(&tree.write())
    }

    #[test]
    fn a_gps_block_says_where_and_when() {
        let known = read(sydney()).unwrap();
        assert!((known.latitude + 33.87).abs() < 1e-6);
        assert!((known.longitude - 151.21).abs() < 1e-6);
        assert!((known.days_since_2000 - 9850.5625).abs() < 1e-6);
        assert_eq!(known.heading_degrees, Some(270.5));
    }

    #[test]
    fn what_is_missing_or_absurd_is_not_known() {
        for gone in [1, 2, 3, 4, TIME, DATE] {
            let rest = sydney().into_iter().filter(|entry| entry.tag != gone);
            assert_eq!(read(rest.collect()), None, "without {gone}");
        }
        let absurd = |tag, values: &[[u32; 2]]| {
            let mut entries = sydney();
            entries.retain(|entry| entry.tag != tag);
            entries.push(rationals(tag, values));
            read(entries)
        };
        assert_eq!(absurd(2, &[[95, 1], [0, 1], [0, 1]]), None);
        assert_eq!(absurd(4, &[[1, 0], [0, 1], [0, 1]]), None);
        let by_compass = [text(16, "M")].into_iter();
        let others = sydney().into_iter().filter(|entry| entry.tag != 16);
        assert_eq!(
            read(by_compass.chain(others).collect())
                .unwrap()
                .heading_degrees,
            None
        );
    }

    #[test]
    fn days_are_counted_from_the_year_2000() {
        assert_eq!(day("2000:01:01"), Some(0.0));
        assert_eq!(day("2026:06:21"), Some(9668.0));
        assert_eq!(day("2000-03-01"), Some(60.0));
        for odd in ["", "2026", "2026:13:01", "a:b:c"] {
            assert_eq!(day(odd), None, "{odd}");
        }
    }
}
