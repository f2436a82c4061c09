//! Passwords: hashed with argon2id on threads of their own, and only so many at once, because each
//! hash takes 19 MiB and a core. Who wants one hashed needs a [`Turn`].

use std::sync::{Arc, LazyLock};

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The hashes that a process makes at once.
#[derive(Clone)]
pub struct Hashing(Arc<Semaphore>);

/// The right to have one password hashed. It ends with the hash, even when nobody waits for that
/// any more.
pub struct Turn(#[expect(dead_code, reason = "held, never read")] Option<OwnedSemaphorePermit>);

impl Hashing {
    pub fn at_once(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }

    /// Waits for a turn, first come, first served. To wait no longer, drop it.
    pub async fn turn(&self) -> Turn {
        let permit = self.0.clone().acquire_owned().await;
        Turn(Some(permit.expect("nobody closes it")))
    }
}

impl Turn {
    /// For a command that hashes one password and nothing else.
    pub fn alone() -> Self {
        Self(None)
    }
}

/// Argon2id with the crate's defaults (19 MiB, 2 passes, 1 lane: the OWASP advice).
pub(crate) async fn hash(turn: Turn, password: String) -> String {
    tokio::task::spawn_blocking(move || {
        let hash = hash_now(&password);
        drop(turn);
        hash
    })
    .await
    .expect("hashing neither panics nor is cancelled")
}

fn hash_now(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("passwords are bounded and the system has randomness")
        .to_string()
}

/// `known`: the hash to compare with; a password of nobody costs as much time as a wrong one.
pub(crate) async fn verify(turn: Turn, password: String, known: Option<String>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password"));
    tokio::task::spawn_blocking(move || {
        let hash = known.as_deref().unwrap_or(&NOBODY);
        let right = Argon2::default()
            .verify_password(password.as_bytes(), hash)
            .is_ok();
        drop(turn);
        right && known.is_some()
    })
    .await
    .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_ends_with_its_hash() {
        let hashing = Hashing::at_once(1);
        let turn = hashing.turn().await;
        assert_eq!(hashing.0.available_permits(), 0);
        let known = hash(turn, "a long enough password".into()).await;
        assert_eq!(hashing.0.available_permits(), 1);

        let turn = hashing.turn().await;
        assert!(verify(turn, "a long enough password".into(), Some(known)).await);
        assert_eq!(hashing.0.available_permits(), 1);
    }

    #[tokio::test]
    async fn nobody_s_password_is_never_right() {
        let turn = Turn::alone();
        assert!(!verify(turn, "nobody has this password".into(), None).await);
    }
}
