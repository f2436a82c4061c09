//! Tokens of sessions and links: made here, handed out once, kept as a hash.

use sha2::{Digest, Sha256};

/// 32 random bytes in hexadecimal, from the operating system's generator.
pub(crate) fn create() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// SHA-256 of a token, as the database keeps it. Tokens are random, so a plain hash is enough,
/// and finding one by its hash leaks nothing through timing.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
