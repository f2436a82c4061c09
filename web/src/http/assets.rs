//! Style sheets, scripts and icons, as files. A URL that names their release may
//! be kept for ever; one that does not is asked about again.

use std::path::{Path, PathBuf};

use actix_files::Files;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::middleware::Next;
use sha2::{Digest, Sha256};

pub fn files(folder: &Path) -> Files {
    Files::new("/static", folder)
        .use_etag(true)
        .prefer_utf8(true)
}

pub async fn keep<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let is_asset = request.path().starts_with("/static/");
    let named = request.query_string().starts_with("v=");
    let mut response = next.call(request).await?;
    if is_asset && response.status().is_success() {
        let keep = if named {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    }
    Ok(response)
}

/// A name for what is in `folder`: another file, another name.
pub fn release(folder: &Path) -> std::io::Result<String> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    paths.sort();
    let mut hash = Sha256::new();
    for path in paths {
        hash.update(path.to_string_lossy().as_bytes());
        hash.update(std::fs::read(&path)?);
    }
    Ok(hex::encode(&hash.finalize()[..6]))
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}
