//! Gaussian pyramids of parts of a picture: how a level shrinks to the next and grows back.
//!
//! Burt and Adelson, "The Laplacian Pyramid as a Compact Image Code", 1983, with the 1-4-6-4-1
//! kernel. Borders follow OpenCV's `pyrDown` and `pyrUp`, so that a fusion can be held against
//! its `MergeMertens` to the last bits. A plane knows which window of its level it holds, so a
//! tile of 45 megapixels goes through the very same arithmetic as the whole.

/// Columns or rows `start..end` of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// The span with `by` more on both sides, within a level of `size`.
    pub fn grown(self, by: usize, size: usize) -> Self {
        Self {
            start: self.start.saturating_sub(by),
            end: (self.end + by).min(size),
        }
    }

    /// The part of the level above (`size` long) that is needed to shrink to this.
    pub fn finer(self, size: usize) -> Self {
        Self {
            start: (2 * self.start).saturating_sub(2),
            end: (2 * self.end + 1).clamp(3.min(size), size),
        }
    }

    /// The part of the level below (`size` long) that is needed to grow to this.
    pub fn coarser(self, size: usize) -> Self {
        Self {
            start: (self.start / 2).saturating_sub(1),
            end: ((self.end - 1) / 2 + 2).min(size),
        }
    }

    /// The smallest span that holds both.
    pub fn joined(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// Width and height of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub width: usize,
    pub height: usize,
}

impl Size {
    /// The next level.
    pub fn half(self) -> Self {
        Self {
            width: self.width.div_ceil(2),
            height: self.height.div_ceil(2),
        }
    }

    /// All of it.
    pub fn window(self) -> Window {
        let whole = |end| Span { start: 0, end };
        Window {
            across: whole(self.width),
            down: whole(self.height),
        }
    }
}

/// A rectangle of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub across: Span,
    pub down: Span,
}

impl Window {
    pub fn grown(self, by: usize, size: Size) -> Self {
        Self {
            across: self.across.grown(by, size.width),
            down: self.down.grown(by, size.height),
        }
    }

    pub fn finer(self, size: Size) -> Self {
        Self {
            across: self.across.finer(size.width),
            down: self.down.finer(size.height),
        }
    }

    pub fn coarser(self, size: Size) -> Self {
        Self {
            across: self.across.coarser(size.width),
            down: self.down.coarser(size.height),
        }
    }

    pub fn joined(self, other: Self) -> Self {
        Self {
            across: self.across.joined(other.across),
            down: self.down.joined(other.down),
        }
    }

    pub fn area(self) -> usize {
        self.across.len() * self.down.len()
    }
}

/// The values of one window of a level, row by row.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub window: Window,
    pub values: Vec<f32>,
}

impl Plane {
    pub fn zero(window: Window) -> Self {
        let values = vec![0.0; window.area()];
        Self { window, values }
    }

    /// Columns `across` of row `y`, both in the level's own numbers.
    pub fn row(&self, y: usize, across: Span) -> &[f32] {
        let start = (y - self.window.down.start) * self.window.across.len();
        let left = start + across.start - self.window.across.start;
        &self.values[left..left + across.len()]
    }

    /// A smaller window of the same values.
    pub fn cropped(&self, window: Window) -> Self {
        let rows = window.down.start..window.down.end;
        let values = rows.flat_map(|y| self.row(y, window.across));
        Self {
            window,
            values: values.copied().collect(),
        }
    }

    /// Puts a smaller window's values in their place.
    pub fn paste(&mut self, part: &Self) {
        let (window, columns) = (part.window, part.window.across.len());
        for (y, row) in (window.down.start..).zip(part.values.chunks_exact(columns)) {
            let start = (y - self.window.down.start) * self.window.across.len();
            let left = start + window.across.start - self.window.across.start;
            self.values[left..left + columns].copy_from_slice(row);
        }
    }

    /// One level smaller. `size` is this level's; the plane must hold `to.finer(size)`.
    pub fn reduced(&self, size: Size, to: Window) -> Self {
        let source = to.across.finer(size.width);
        // One pair more on both sides than there are columns, mirrored at the picture's border.
        let mut column = vec![0.0_f32; 2 * to.across.len() + 4];
        let mut out = Self::zero(to);
        for (y, to_row) in (to.down.start..).zip(out.values.chunks_exact_mut(to.across.len())) {
            let row = |by: isize| self.row(mirror(2 * y as isize + by, size.height), source);
            let [a, b, c, d, e] = [-2, -1, 0, 1, 2].map(row);
            let first = 2 * to.across.start as isize - 2;
            let lead = (source.start as isize - first) as usize;
            let inner = &mut column[lead..];
            for (i, to) in inner.iter_mut().enumerate().take(source.len()) {
                *to = a[i] + e[i] + 4.0 * (b[i] + d[i]) + 6.0 * c[i];
            }
            mirror_ends(&mut column, first, lead..lead + source.len(), size.width);
            shrink_row(&column, to_row);
        }
        out
    }

    /// One level larger. `size` is this level's; the plane must hold `to.coarser(size)`.
    pub fn expanded(&self, size: Size, to: Window) -> Self {
        let mut out = Self::zero(to);
        let (first, last) = (to.across.start / 2, (to.across.end - 1) / 2);
        let mut column = vec![0.0_f32; last - first + 3];
        let mut pairs = vec![0.0_f32; 2 * (last - first + 1)];
        let source = to.across.coarser(size.width);
        let lead = usize::from(first == 0);
        for (y, to_row) in (to.down.start..).zip(out.values.chunks_exact_mut(to.across.len())) {
            let here = self.row(y / 2, source);
            let below = self.row((y / 2 + 1).min(size.height - 1), source);
            let inner = &mut column[lead..lead + source.len()];
            if y % 2 == 1 {
                let rows = here.iter().zip(below);
                inner
                    .iter_mut()
                    .zip(rows)
                    .for_each(|(to, (h, b))| *to = 4.0 * (h + b));
            } else {
                let above = self.row(above(y / 2, size.height), source);
                for (i, to) in inner.iter_mut().enumerate() {
                    *to = above[i] + 6.0 * here[i] + below[i];
                }
            }
            if first == 0 {
                column[0] = column[1 + above(0, size.width)];
            }
            if last + 1 == size.width {
                column[last - first + 2] = column[last - first + 1];
            }
            grow_row(&column, &mut pairs);
            let skip = to.across.start % 2;
            to_row.copy_from_slice(&pairs[skip..skip + to.across.len()]);
        }
        out
    }
}

/// The row above row `i` where `pyrUp` looks for it: the second row stands above the first.
fn above(i: usize, size: usize) -> usize {
    i.checked_sub(1).unwrap_or(1.min(size - 1))
}

/// An index beyond the border, mirrored without repeating the border itself.
pub(super) fn mirror(i: isize, size: usize) -> usize {
    let last = size as isize - 1;
    if last <= 0 {
        return 0;
    }
    let i = i.abs() % (2 * last);
    i.min(2 * last - i) as usize
}

/// Fills what a row that starts at column `first` has beyond the picture, around what is `known`.
fn mirror_ends(row: &mut [f32], first: isize, known: std::ops::Range<usize>, width: usize) {
    for slot in (0..known.start).chain(known.end..row.len()) {
        let from = mirror(first + slot as isize, width) as isize - first;
        row[slot] = row[(from.max(0) as usize).clamp(known.start, known.end - 1)];
    }
}

fn shrink_row(column: &[f32], to: &mut [f32]) {
    let pairs = column.as_chunks::<2>().0;
    let three = pairs.iter().zip(&pairs[1..]).zip(&pairs[2..]);
    for (to, ((a, b), c)) in to.iter_mut().zip(three) {
        *to = (a[0] + c[0] + 4.0 * (a[1] + b[1]) + 6.0 * b[0]) * (1.0 / 256.0);
    }
}

fn grow_row(column: &[f32], pairs: &mut [f32]) {
    let three = column.iter().zip(&column[1..]).zip(&column[2..]);
    for (to, ((a, b), c)) in pairs.as_chunks_mut::<2>().0.iter_mut().zip(three) {
        to[0] = (a + 6.0 * b + c) * (1.0 / 64.0);
        to[1] = (b + c) * (1.0 / 16.0);
    }
}
