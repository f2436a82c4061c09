//! Sources of weights: a mirror's folder, a mirror's address, or who publishes them.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use plumbline_models::manifest::Weight;
use ureq::Agent;
use ureq::http::{HeaderMap, header};

const TIMEOUT: Duration = Duration::from_secs(60);

/// One place that may have a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    Address(String),
}

/// Bytes from a source.
pub struct Stream {
    pub bytes: Box<dyn Read>,
    /// Position in the file where it begins: the one asked for, or 0.
    pub from: u64,
    /// The whole file's size, if the source says.
    pub whole: Option<u64>,
    /// Names this version of the file, if the source says.
    pub version: Option<String>,
}

/// The part that is downloaded already.
#[derive(Debug, Default)]
pub struct Downloaded {
    pub bytes: u64,
    /// The source's name of the version that these are the beginning of.
    pub version: Option<String>,
}

/// Sources that may have a file, best first. A mirror that is named is the only one.
pub fn of(weight: &Weight, mirror: Option<&str>) -> anyhow::Result<Vec<Source>> {
    let Some(mirror) = mirror else {
        if weight.urls.is_empty() {
            bail!(
                "Nobody publishes {} as we need it ({}). Name a mirror that has it: --mirror, or PLUMBLINE_MODELS_MIRROR",
                weight.id,
                weight.origin
            );
        }
        return Ok(weight.urls.iter().cloned().map(Source::Address).collect());
    };
    Ok(vec![if is_address(mirror) {
        Source::Address(format!("{}/{}", mirror.trim_end_matches('/'), weight.path))
    } else {
        Source::File(Path::new(mirror).join(&weight.path))
    }])
}

fn is_address(mirror: &str) -> bool {
    mirror.starts_with("http://") || mirror.starts_with("https://")
}

impl Source {
    /// Its bytes, from where ours end, if it can.
    pub fn open(&self, have: &Downloaded) -> anyhow::Result<Stream> {
        match self {
            Self::File(path) => from_file(path, have.bytes),
            Self::Address(url) => from_address(url, have),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Address(url) => url.fmt(out),
        }
    }
}

fn from_file(path: &Path, have: u64) -> anyhow::Result<Stream> {
    let cannot = || format!("{} cannot be read", path.display());
    let mut file = File::open(path).with_context(cannot)?;
    let whole = file.metadata().with_context(cannot)?.len();
    let from = if have <= whole { have } else { 0 };
    file.seek(SeekFrom::Start(from)).with_context(cannot)?;
    Ok(Stream {
        bytes: Box::new(file),
        from,
        whole: Some(whole),
        version: None,
    })
}

fn from_address(url: &str, have: &Downloaded) -> anyhow::Result<Stream> {
    let agent: Agent = Agent::config_builder()
        .timeout_connect(Some(TIMEOUT))
        .timeout_recv_response(Some(TIMEOUT))
        .timeout_per_read(Some(TIMEOUT))
        .http_status_as_error(false)
        .build()
        .into();
    let mut request = agent.get(url);
    if have.bytes > 0 {
        request = request.header(header::RANGE, format!("bytes={}-", have.bytes));
        if let Some(version) = &have.version {
            request = request.header(header::IF_RANGE, version);
        }
    }
    let response = request.call();
    let response = response.with_context(|| format!("{url} does not answer"))?;
    let (head, body) = response.into_parts();
    let length = body.content_length();
    let from = match head.status.as_u16() {
        200 => 0,
        206 => begins(&head.headers, have.bytes).with_context(|| {
            format!("{url} sent another part of the file than it was asked for")
        })?,
        // There is nothing after what we have: it is whole, or it is not this file's beginning.
        416 if have.bytes > 0 => return from_address(url, &Downloaded::default()),
        404 => bail!("{url} has no such file"),
        status => bail!("{url} answered with status {status}"),
    };
    Ok(Stream {
        bytes: Box::new(body.into_with_config().limit(u64::MAX).reader()),
        from,
        whole: length.map(|length| from + length),
        version: version(&head.headers),
    })
}

/// `Content-Range: bytes 100-199/200` begins at 100. `None`: it is not where we asked.
fn begins(headers: &HeaderMap, asked: u64) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let from = range.strip_prefix("bytes ")?.split('-').next()?;
    from.parse().ok().filter(|from| *from == asked)
}

/// Only a strong ETag means the same bytes (RFC 9110, 8.8.1).
fn version(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(header::ETAG)?.to_str().ok()?;
    tag.starts_with('"').then(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use plumbline_models::manifest;

    use super::*;

    #[test]
    fn a_mirror_is_the_only_source() {
        let sky = manifest::find("sky-u2netp").expect("it is listed");
        for (mirror, wanted) in [
            (
                "/mirror",
                Source::File("/mirror/sky-u2netp/u2netp-sky.safetensors".into()),
            ),
            (
                "https://mirror.example/models/",
                Source::Address(
                    "https://mirror.example/models/sky-u2netp/u2netp-sky.safetensors".to_owned(),
                ),
            ),
        ] {
            assert_eq!(of(sky, Some(mirror)).expect("a source"), [wanted]);
        }
    }

    #[test]
    fn what_nobody_publishes_asks_for_a_mirror() {
        let sky = manifest::find("sky-u2netp").expect("it is listed");
        let sentence = of(sky, None).expect_err("no address").to_string();
        assert!(sentence.contains("PLUMBLINE_MODELS_MIRROR"), "{sentence}");
    }
}
