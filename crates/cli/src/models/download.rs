//! A download: written under a name of its own, hashed as it comes, and put in its place only when
//! it is what it should be.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

use anyhow::{Context, bail};
use plumbline_models::manifest::Weight;
use plumbline_models::weight_store::WeightStore;
use sha2::{Digest, Sha256};

use super::source::{Downloaded, Stream};

/// File that keeps the source's name for this version of the weights between pulls.
const VERSION: &str = "part.version";

pub struct Download<'a> {
    store: &'a WeightStore,
    weight: &'a Weight,
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl<'a> Download<'a> {
    /// Goes on with what an earlier pull left, and keeps others from doing so meanwhile.
    pub fn open(store: &'a WeightStore, weight: &'a Weight) -> anyhow::Result<Self> {
        let path = store.part(weight);
        let cannot = || format!("{} cannot be written", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(cannot)?;
        }
        let mut open = OpenOptions::new();
        open.read(true).write(true).create(true).truncate(false);
        let file = open.open(&path).with_context(cannot)?;
        if file.try_lock().is_err() {
            bail!("Another pull is fetching {}.", weight.id);
        }
        let mut download = Self {
            store,
            weight,
            file,
            hash: Sha256::new(),
            bytes: 0,
        };
        download.hash_what_is_here().with_context(cannot)?;
        Ok(download)
    }

    fn hash_what_is_here(&mut self) -> std::io::Result<()> {
        let mut buffer = vec![0_u8; 1 << 16];
        loop {
            match self.file.read(&mut buffer)? {
                0 => return Ok(()),
                count => self.count(&buffer[..count]),
            }
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// The part that a source may leave out. Where no hash would find a seam between two versions of a
    /// file, only a source's own word that it is still the same version counts.
    pub fn downloaded(&self) -> Downloaded {
        let version = fs::read_to_string(self.store.beside(self.weight, VERSION)).ok();
        let safe = version.is_some() || self.store.sha256(self.weight).is_some();
        Downloaded {
            bytes: if safe { self.bytes } else { 0 },
            version,
        }
    }

    /// Returns whether nothing is left to fetch.
    pub fn is_whole(&self) -> bool {
        self.weight.bytes == Some(self.bytes)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes a stream from where it begins: a part that does not fit before it is deleted.
    pub fn begin(&mut self, stream: &Stream) -> std::io::Result<()> {
        if stream.from != self.bytes {
            self.file.set_len(0)?;
            (self.hash, self.bytes) = (Sha256::new(), 0);
        }
        self.file.seek(SeekFrom::End(0))?;
        let note = self.store.beside(self.weight, VERSION);
        match &stream.version {
            Some(version) => fs::write(note, version),
            None => gone(fs::remove_file(note)),
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let most = self.weight.at_most_bytes();
        if self.bytes + bytes.len() as u64 > most {
            self.throw_away()?;
            bail!("It is larger than the {most} bytes it should have. Nothing was kept");
        }
        let written = self.file.write_all(bytes);
        written.with_context(|| format!("{} cannot be written", self.folder()))?;
        self.count(bytes);
        Ok(())
    }

    /// Puts it in its place. `whole`: the size that the source named.
    pub fn finish(self, whole: Option<u64>) -> anyhow::Result<()> {
        let wanted = self.weight.bytes.or(whole).unwrap_or(self.bytes);
        if self.bytes != wanted {
            bail!(
                "It ended after {} of {wanted} bytes. Pull again to go on from there",
                self.bytes
            );
        }
        let found = hex::encode(self.hash.clone().finalize());
        let known = self.store.sha256(self.weight);
        if let Some(wanted) = known.as_ref().filter(|wanted| **wanted != found) {
            self.throw_away()?;
            bail!("Its sha256 is {found} instead of {wanted}. Nothing was kept");
        }
        let cannot = || format!("{} cannot be written", self.folder());
        self.file.sync_all().with_context(cannot)?;
        if known.is_none() {
            self.store
                .record(self.weight, &found)
                .with_context(cannot)?;
        }
        self.put_in_place().with_context(cannot)
    }

    fn put_in_place(&self) -> std::io::Result<()> {
        fs::rename(self.store.part(self.weight), self.store.path(self.weight))?;
        gone(fs::remove_file(self.store.beside(self.weight, VERSION)))?;
        // The name, too, should outlast a power cut.
        File::open(self.folder())?.sync_all()
    }

    fn throw_away(&self) -> std::io::Result<()> {
        gone(fs::remove_file(self.store.beside(self.weight, VERSION)))?;
        gone(fs::remove_file(self.store.part(self.weight)))
    }

    fn folder(&self) -> String {
        let path = self.store.path(self.weight);
        path.parent().unwrap_or(&path).display().to_string()
    }
}

/// An empty download leaves no file.
impl Drop for Download<'_> {
    fn drop(&mut self) {
        if self.bytes == 0 {
            let _ = self.throw_away();
        }
    }
}

/// It is no error to remove what is not there.
fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
