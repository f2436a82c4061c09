//! A pooler of transactions: PgBouncer, which gives every transaction whichever connection is
//! free. Older than 1.21 it knows no named statements.

use std::fs::{self, File, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use plumbline_domain::db::Login;
use tempfile::TempDir;
use url::Url;

use crate::cluster;
use crate::wait::until;

/// Connections to Postgres for each login. So few that every transaction meets what another one
/// left behind.
const CONNECTIONS: u32 = 2;

/// Killed when dropped.
pub struct Pooler {
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Pooler {
    /// In front of the server that all stories share.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // Started by root, PgBouncer becomes the server's user, who must be able to read this.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("it is ours");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        write_settings(folder.path(), port);
        let child = spawn(folder.path());
        let pooler = Self {
            folder,
            port,
            child,
        };
        pooler.answers().await;
        pooler
    }

    pub fn url(&self, login: &str, database: &str) -> String {
        format!("postgres://{login}@127.0.0.1:{}/{database}", self.port)
    }

    /// Breaks every connection, as a crash does.
    pub async fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.folder.path());
        self.answers().await;
    }

    async fn answers(&self) {
        until("the pooler answers", Duration::from_secs(10), async || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        })
        .await;
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.kill();
    }
}

fn write_settings(folder: &Path, port: u16) {
    let server = Url::parse(cluster::shared_url()).expect("the server's address is a URL");
    let socket = server.query_pairs().find(|(key, _)| key == "host");
    let host = socket.map_or_else(
        || server.host_str().unwrap_or("localhost").to_owned(),
        |(_, folder)| folder.into_owned(),
    );
    let folder = folder.display();
    let settings = format!(
        "[databases]\n* = host={host} port={}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = trust\nauth_file = {folder}/users\n\
         pool_mode = transaction\ndefault_pool_size = {CONNECTIONS}\nserver_login_retry = 1\n",
        server.port().unwrap_or(5432),
    );
    let users: String = [Login::Web, Login::Worker]
        .map(|login| format!("\"{}\" \"\"\n", login.name()))
        .concat();
    fs::write(format!("{folder}/settings"), settings).expect("the folder is writable");
    fs::write(format!("{folder}/users"), users).expect("the folder is writable");
}

fn spawn(folder: &Path) -> Child {
    let log = File::create(folder.join("log")).expect("the folder is writable");
    let mut command = Command::new("/usr/sbin/pgbouncer");
    // SAFETY: it only asks who we are.
    if unsafe { libc::geteuid() } == 0 {
        command.args(["-u", "postgres"]);
    }
    command
        .arg(folder.join("settings"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("bin/install --tests installs PgBouncer")
}
