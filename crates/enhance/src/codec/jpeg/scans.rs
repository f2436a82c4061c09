//! Follows the Huffman codes of a sequential JPEG from block to block without making pixels, to find
//! where the coded data of a whole picture ends (ITU-T T.81, annex F). libjpeg-turbo warns alike of a
//! picture that is broken in the middle and of one with padding behind it; here they differ: a broken
//! stream soon codes what no encoder writes.

use crate::codec::jpeg::huffman::{BitReader, Table};

/// Eight tables for each of four scans, twice: more are a file that means to keep us busy, for some twenty
/// bytes of a definition become a table of 65,536 entries.
const MOST_TABLES: usize = 64;

/// A component of the frame.
#[derive(Debug, Clone, Copy)]
struct Component {
    id: u8,
    /// Blocks across and down in an interleaved scan's unit.
    sampling: (usize, usize),
    quantization: u8,
    is_done: bool,
}

/// Definitions in force while the markers are read.
#[derive(Default)]
struct Stream {
    /// Columns and rows.
    size: (usize, usize),
    components: Vec<Component>,
    /// Steps of the DC coefficient, by table.
    steps: [i32; 4],
    /// DC and AC tables.
    tables: [[Option<Table>; 4]; 2],
    tables_read: usize,
    /// Units between restart markers; 0: there are none.
    restart_interval: usize,
}

/// A component's part in one scan.
struct Part<'a> {
    /// Blocks in a unit.
    blocks: usize,
    dc: &'a Table,
    ac: &'a Table,
    /// Largest quantized DC coefficient that a picture can have.
    most: i32,
    last: i32,
}

/// The offset behind the coded data of the last scan, when every component is there and every block
/// of it is coded as an encoder codes it. `None`: it is not, or it cannot be told, as of progressive
/// and arithmetic coding.
pub(crate) fn end_of_picture(bytes: &[u8]) -> Option<usize> {
    let (mut stream, mut at) = (Stream::default(), 2);
    loop {
        let (marker, start) = next_marker(bytes, at)?;
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            at = start;
            continue;
        }
        let length = usize::from(short(bytes, start)?);
        let payload = bytes.get(start + 2..start + length)?;
        at = start + length;
        match marker {
            0xC0 | 0xC1 => stream.note_frame(payload)?,
            0xC4 => stream.note_tables(payload)?,
            0xDB => stream.note_steps(payload)?,
            0xDD => stream.restart_interval = usize::from(short(payload, 0)?),
            0xDA => {
                at = stream.follow(payload, bytes, at)?;
                if stream.components.iter().all(|c| c.is_done) {
                    return Some(at);
                }
            }
            0xC2..=0xCF | 0xD9 => return None,
            _ => {}
        }
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_be_bytes(bytes))
}

/// The next marker and where its payload starts; what stands before it is skipped.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&b| b == 0xFF)?;
        match *bytes.get(at + 1)? {
            0x00 => at += 2,
            0xFF => at += 1,
            code => return Some((code, at + 2)),
        }
    }
}

impl Stream {
    fn note_frame(&mut self, payload: &[u8]) -> Option<()> {
        let is_first = self.components.is_empty() && *payload.first()? == 8;
        self.size = (
            usize::from(short(payload, 3)?),
            usize::from(short(payload, 1)?),
        );
        self.components = payload
            .get(6..)?
            .chunks_exact(3)
            .map(Component::read)
            .collect::<Option<_>>()?;
        let sane = (1..=4).contains(&self.components.len()) && self.size.0 > 0 && self.size.1 > 0;
        (is_first && sane).then_some(())
    }

    fn note_steps(&mut self, mut payload: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = payload.split_first() {
            let wide = head >> 4 == 1;
            let step = if wide {
                short(rest, 0)?
            } else {
                u16::from(*rest.first()?)
            };
            *self.steps.get_mut(usize::from(head & 15))? = i32::from(step);
            payload = rest.get(if wide { 128 } else { 64 }..)?;
        }
        Some(())
    }

    fn note_tables(&mut self, mut payload: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = payload.split_first() {
            self.tables_read += 1;
            if self.tables_read > MOST_TABLES {
                return None;
            }
            let (table, rest) = Table::read(rest)?;
            let class = self.tables.get_mut(usize::from(head >> 4))?;
            *class.get_mut(usize::from(head & 15))? = Some(table);
            payload = rest;
        }
        Some(())
    }

    /// Follows one scan whose data starts at an offset, and returns the offset behind it.
    fn follow(&mut self, head: &[u8], bytes: &[u8], at: usize) -> Option<usize> {
        let count = usize::from(*head.first()?);
        let whole = head.get(1 + 2 * count..4 + 2 * count)? == [0, 63, 0];
        let wanted: Vec<(usize, u8)> = head
            .get(1..)?
            .chunks_exact(2)
            .take(count)
            .map(|c| Some((self.components.iter().position(|own| own.id == c[0])?, c[1])))
            .collect::<Option<_>>()?;
        let mut parts = wanted
            .iter()
            .map(|&(index, tables)| self.part(index, tables, count))
            .collect::<Option<Vec<_>>>()?;
        let units = self.units(wanted.first()?.0, count);
        let mut bits = BitReader::new(bytes, at);
        for unit in 0..units {
            if self.restart_interval > 0 && unit > 0 && unit % self.restart_interval == 0 {
                bits.restart(unit / self.restart_interval - 1)?;
                parts.iter_mut().for_each(|part| part.last = 0);
            }
            follow_unit(&mut parts, &mut bits)?;
        }
        let end = bits.end()?;
        let is_more = goes_on(&mut parts, bits);
        drop(parts);
        wanted
            .iter()
            .for_each(|&(index, _)| self.components[index].is_done = true);
        (whole && !is_more).then_some(end)
    }

    fn part(&self, index: usize, tables: u8, count: usize) -> Option<Part<'_>> {
        let component = self.components[index];
        let table = |class: usize, id: u8| self.tables[class].get(usize::from(id))?.as_ref();
        let step = *self.steps.get(usize::from(component.quantization))?;
        let (across, down) = component.sampling;
        Some(Part {
            blocks: if count == 1 { 1 } else { across * down },
            dc: table(0, tables >> 4)?,
            ac: table(1, tables & 15)?,
            // Eight times the half range of a sample, and a step for rounding.
            most: (1024 + step) / step.max(1) + 1,
            last: 0,
        })
    }

    /// Units of a scan: of all components together, or the blocks of a single one.
    fn units(&self, index: usize, count: usize) -> usize {
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max().unwrap_or(1);
        let most = (most(|c| c.sampling.0), most(|c| c.sampling.1));
        let own = self.components[index].sampling;
        let along = |length: usize, own: usize, most: usize| match count {
            1 => (length * own).div_ceil(most).div_ceil(8),
            _ => length.div_ceil(8 * most),
        };
        along(self.size.0, own.0, most.0) * along(self.size.1, own.1, most.1)
    }
}

fn follow_unit(parts: &mut [Part], bits: &mut BitReader) -> Option<()> {
    for part in parts {
        for _ in 0..part.blocks {
            part.follow_block(bits)?;
        }
    }
    Some(())
}

/// True when what follows the last unit is more of the same up to its proper end: then something was
/// written twice before, and the codes fell into step again behind it.
fn goes_on(parts: &mut [Part], mut bits: BitReader) -> bool {
    let mut units = 0;
    while !bits.is_at_end() {
        if follow_unit(parts, &mut bits).is_none() {
            return false;
        }
        units += 1;
    }
    units > 0
}

impl Component {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (across, down) = (usize::from(bytes[1] >> 4), usize::from(bytes[1] & 15));
        let sane = (1..=4).contains(&across) && (1..=4).contains(&down);
        sane.then_some(Self {
            id: bytes[0],
            sampling: (across, down),
            quantization: bytes[2],
            is_done: false,
        })
    }
}

impl Part<'_> {
    /// `None`: no encoder writes such a block.
    fn follow_block(&mut self, bits: &mut BitReader) -> Option<()> {
        let size = bits.symbol(self.dc)?;
        if size > 11 {
            return None;
        }
        self.last += bits.signed(size)?;
        if self.last.abs() > self.most {
            return None;
        }
        let mut at = 1;
        while at < 64 {
            let (run, size) = match bits.symbol(self.ac)? {
                0x00 => return Some(()),
                0xF0 => (16, 0),
                symbol => (usize::from(symbol >> 4), symbol & 15),
            };
            if (size == 0 && run < 16) || size > 10 {
                return None;
            }
            bits.signed(size)?;
            at += run + usize::from(size > 0);
            if at > 64 {
                return None;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_nothing_but_tables_is_given_up_early() {
        let mut table = vec![0xFF, 0xC4, 0, 20, 0, 1];
        table.extend([0; 16]);
        let mut stream = Stream::default();
        let payload = &table[4..];
        assert!((0..MOST_TABLES).all(|_| stream.note_tables(payload).is_some()));
        assert!(stream.note_tables(payload).is_none());
        let file = [&[0xFF, 0xD8][..], &table.repeat(100_000)].concat();
        assert_eq!(end_of_picture(&file), None);
    }
}
