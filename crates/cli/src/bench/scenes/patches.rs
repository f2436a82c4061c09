//! Patches: what hangs together in a shape, by sides or corners. The small ones are taken out,
//! where an outline is to be compared and not what a tree lets through.

use crate::bench::scenes::shape::Shape;

/// Share of the picture below which a patch is small.
const SMALL: f64 = 0.0005;

/// The shape without its small patches, and then without its small holes.
pub fn without_small(shape: &Shape) -> Shape {
    let mut shape = shape.clone();
    let least = (SMALL * shape.values.len() as f64).ceil() as usize;
    turn_small(&mut shape, true, least);
    turn_small(&mut shape, false, least);
    shape
}

/// Patches of that value with less than `least` pixels get the other one.
fn turn_small(shape: &mut Shape, of: bool, least: usize) {
    let mut visited = vec![false; shape.values.len()];
    for start in 0..visited.len() {
        if visited[start] || shape.values[start] != of {
            continue;
        }
        let patch = patch(shape, start, &mut visited);
        if patch.len() < least {
            patch.iter().for_each(|&at| shape.values[at] = !of);
        }
    }
}

/// The places that hang together with one that has not been visited yet.
fn patch(shape: &Shape, start: usize, visited: &mut [bool]) -> Vec<usize> {
    let (mut patch, mut done) = (vec![start], 0);
    visited[start] = true;
    while let Some(&at) = patch.get(done) {
        done += 1;
        for next in shape.around(at) {
            if !visited[next] && shape.values[next] == shape.values[start] {
                visited[next] = true;
                patch.push(next);
            }
        }
    }
    patch
}
