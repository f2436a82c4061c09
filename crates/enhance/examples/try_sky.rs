use plumbline_enhance::sky::trial::{Eyes, trial};
use plumbline_enhance::{Mask, Pixels};
use std::time::Instant;
fn read(path: &str) -> Option<(u32, u32, Vec<u8>)> {
    let b = std::fs::read(path).ok()?;
    let mut at = 0;
    let mut words = vec![];
    while words.len() < 4 {
        let s = at;
        while !b[at].is_ascii_whitespace() {
            at += 1
        }
        words.push(String::from_utf8_lossy(&b[s..at]).to_string());
        at += 1;
    }
    Some((
        words[1].parse().unwrap(),
        words[2].parse().unwrap(),
        b[at..].to_vec(),
    ))
}
fn mask(path: &str) -> Option<Mask> {
    let (w, h, v) = read(path)?;
    Mask::new(w, h, v)
}
fn main() {
    let kind = std::env::args().nth(1).unwrap();
    for base in std::env::args().skip(2) {
        let base = base.trim_end_matches(".ppm").to_string();
        let Some((w, h, v)) = read(&format!("{base}.ppm")) else {
            continue;
        };
        let p = Pixels::from_eight(w, h, v).unwrap();
        let Some(m) = mask(&format!("{base}.{kind}.pgm")) else {
            continue;
        };
        let (u, o) = (
            mask(&format!("{base}.u2.pgm")),
            mask(&format!("{base}.own.pgm")),
        );
        let since = Instant::now();
        let t = trial(
            &p,
            &m,
            &Eyes {
                first: u.as_ref(),
                second: o.as_ref(),
            },
        );
        let none = trial(&p, &m, &Eyes::default());
        let name = base.rsplit('/').next().unwrap();
        println!(
            "{:40.40} odd {:.3}% doubt {:?} {:?} | no eyes: {:.3} {:?} {} ms",
            name,
            100.0 * t.share(),
            t.doubt(),
            t.oddities(),
            100.0 * none.share(),
            none.oddities(),
            since.elapsed().as_millis() / 2
        );
        let o = t.odd_mask();
        let mut s = format!("P5\n{} {}\n255\n", o.width(), o.height()).into_bytes();
        s.extend(o.values());
        std::fs::write(format!("{base}.odd.pgm"), s).unwrap();
    }
}
