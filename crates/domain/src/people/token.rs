//! Secrets that open a door: made here, handed out once, kept as a hash.

use sha2::{Digest, Sha256};

/// 32 random bytes in hexadecimal, from the operating system's generator.
pub(crate) fn create() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// What the database keeps. Tokens are random, so a plain SHA-256 is enough,
/// and looking one up by its hash leaks nothing through timing.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
