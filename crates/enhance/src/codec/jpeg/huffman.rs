//! Huffman codes of a JPEG's coded data (ITU-T T.81, annexes C and F): tables and a reader of bits.

/// Length and symbol of every code, looked up by the next 16 bits; length 0 is no code.
pub(crate) struct Table(Vec<(u8, u8)>);

impl Table {
    /// Reads a table's definition; returns what stands behind it.
    pub fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (counts, rest) = bytes.split_at_checked(16)?;
        let total = counts.iter().map(|&n| usize::from(n)).sum();
        let (symbols, rest) = rest.split_at_checked(total)?;
        let mut codes = vec![(0, 0); 1 << 16];
        let (mut symbols, mut at) = (symbols.iter(), 0_usize);
        for (length, &count) in (1_u8..).zip(counts) {
            let width = 1_usize << (16 - length);
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                codes.get_mut(at..at + width)?.fill((length, symbol));
                at += width;
            }
        }
        Some((Self(codes), rest))
    }
}

/// Reads the bits of a scan: stuffed zeros are skipped, and it stops at a marker.
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next byte.
    at: usize,
    /// The lowest `count` bits wait.
    waiting: u64,
    count: u8,
}

impl<'a> BitReader<'a> {
    /// Starts at an offset.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            waiting: 0,
            count: 0,
        }
    }

    fn fill(&mut self) {
        while self.count <= 48 {
            let Some(&byte) = self.bytes.get(self.at) else {
                return;
            };
            let is_stuffed = self.bytes.get(self.at + 1) == Some(&0);
            if byte == 0xFF && !is_stuffed {
                return;
            }
            self.at += if byte == 0xFF { 2 } else { 1 };
            self.waiting = self.waiting << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    /// The next symbol. `None`: no code, or the data ends.
    pub fn symbol(&mut self, table: &Table) -> Option<u8> {
        self.fill();
        let next = match self.count {
            16.. => self.waiting >> (self.count - 16),
            count => self.waiting << (16 - count),
        };
        let (length, symbol) = table.0[(next & 0xFFFF) as usize];
        (1..=self.count).contains(&length).then(|| {
            self.count -= length;
            symbol
        })
    }

    /// The next number of so many bits, 0 to 15; a first bit of 0 makes it negative (F.2.2.1).
    pub fn signed(&mut self, size: u8) -> Option<i32> {
        self.fill();
        if size > self.count {
            return None;
        }
        self.count -= size;
        let value = (self.waiting >> self.count & ((1 << size) - 1)) as i32;
        let is_negative = size > 0 && value < 1 << (size - 1);
        Some(if is_negative {
            value - (1 << size) + 1
        } else {
            value
        })
    }

    /// Steps over the restart marker of a number, which goes round every eight.
    pub fn restart(&mut self, number: usize) -> Option<()> {
        let mut at = self.end()?;
        while self.bytes.get(at..at + 2)? == [0xFF; 2] {
            at += 1;
        }
        let is_marker = self.bytes.get(at..at + 2)? == [0xFF, 0xD0 | (number % 8) as u8];
        *self = Self::new(self.bytes, at + 2);
        is_marker.then_some(())
    }

    /// True when nothing is left before a marker but the ones that fill up the last byte.
    pub fn is_at_end(&mut self) -> bool {
        self.fill();
        self.count < 8 && self.end().is_some()
    }

    /// The offset behind the last byte of which bits were read. `None`: its other bits are not the
    /// ones that fill up a scan's last byte (F.1.2.3).
    pub fn end(&self) -> Option<usize> {
        let spare = self.count % 8;
        let fill = (1_u64 << spare) - 1;
        let is_filled = self.waiting >> (self.count - spare) & fill == fill;
        let mut at = self.at;
        for _ in 0..self.count / 8 {
            let is_stuffed = at >= 2 && self.bytes[at - 2..at] == [0xFF, 0];
            at -= if is_stuffed { 2 } else { 1 };
        }
        is_filled.then_some(at)
    }
}
