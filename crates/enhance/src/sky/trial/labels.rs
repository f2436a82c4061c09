//! Labels of what hangs together.

/// Numbers from 1 for what hangs together by sides; and how many there are.
pub(super) fn labelled(places: &[bool], width: usize) -> (Vec<u32>, u32) {
    let mut labels = vec![0_u32; places.len()];
    let mut count = 0;
    let mut waiting = Vec::new();
    for start in 0..places.len() {
        if !places[start] || labels[start] > 0 {
            continue;
        }
        count += 1;
        labels[start] = count;
        waiting.push(start);
        while let Some(at) = waiting.pop() {
            for next in beside(at, width, places.len()).into_iter().flatten() {
                if places[next] && labels[next] == 0 {
                    labels[next] = count;
                    waiting.push(next);
                }
            }
        }
    }
    (labels, count)
}

/// Spreads labels over places without one, so many steps far, all at one speed.
pub(super) fn grow(labels: &mut [u32], places: &[bool], width: usize, steps: usize) {
    let mut front: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] > 0).collect();
    for _ in 0..steps {
        let mut next_front = Vec::new();
        for at in front {
            for next in beside(at, width, places.len()).into_iter().flatten() {
                if places[next] && labels[next] == 0 {
                    labels[next] = labels[at];
                    next_front.push(next);
                }
            }
        }
        front = next_front;
    }
}

fn beside(at: usize, width: usize, count: usize) -> [Option<usize>; 4] {
    let x = at % width;
    [
        (x > 0).then(|| at - 1),
        (x + 1 < width).then_some(at + 1),
        at.checked_sub(width),
        (at + width < count).then_some(at + width),
    ]
}
