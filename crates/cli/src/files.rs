//! Files of the commands that work without a server: read with a sentence when they cannot be, and
//! written whole or not at all.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context;
use plumbline_enhance::{Decoded, Limits, decode_named};
use tempfile::NamedTempFile;

/// A photo from a file. The sentence names the file.
pub fn open(path: &Path) -> anyhow::Result<Decoded> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    decode_named(&bytes, &name, &Limits::default()).with_context(|| path.display().to_string())
}

/// Writes a file beside its place; [`keep`] puts it there.
pub fn write_beside(path: &Path, bytes: &[u8]) -> anyhow::Result<NamedTempFile> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    // As any new file is: the caller's umask decides who may read it.
    let open = fs::Permissions::from_mode(0o666);
    let written = tempfile::Builder::new()
        .permissions(open)
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .and_then(|mut file| file.write_all(bytes).map(|()| file));
    written.with_context(|| format!("{} cannot be written", path.display()))
}

/// The file appears under its name.
pub fn keep(file: NamedTempFile, path: &Path) -> anyhow::Result<()> {
    file.persist(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(())
}
