//! The way to Postgres can be encrypted, and a server that somebody else vouches for is refused.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use plumbline_domain::db::{Db, Login};
use plumbline_tests::cluster::Cluster;
use plumbline_tests::database::TestDatabase;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// A server that speaks TLS and nothing else, with a certificate of an authority of its own.
struct Server {
    cluster: Cluster,
    port: u16,
    keys: TempDir,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let cluster = Cluster::start_on(port);
        let keys = tempfile::tempdir().unwrap();
        make_authority(keys.path(), "ours");
        make_authority(keys.path(), "theirs");
        make_certificate(keys.path());
        for name in ["server.pem", "server.key"] {
            give(&keys.path().join(name), &cluster.data().join(name));
        }
        let mut conn = PgConnection::connect(&cluster.url).await.unwrap();
        for setting in [
            "ssl = on",
            "ssl_cert_file = 'server.pem'",
            "ssl_key_file = 'server.key'",
            "listen_addresses = '127.0.0.1'",
        ] {
            let set = format!("alter system set {setting}");
            let set = sqlx::query(AssertSqlSafe(set));
            set.execute(&mut conn).await.unwrap();
        }
        let hosts = cluster.data().join("pg_hba.conf");
        fs::write(
            &hosts,
            "local all all trust\nhostssl all all 127.0.0.1/32 trust\n",
        )
        .unwrap();
        cluster.restart();
        Self {
            cluster,
            port,
            keys,
        }
    }

    async fn connect(&self, host: &str, database: &str, options: &str) -> Result<Db, String> {
        let login = Login::Web.name();
        let port = self.port;
        let url = format!("postgres://{login}@{host}:{port}/{database}?{options}");
        let db = Db::connect(Login::Web, &url, None, 1).await;
        db.map_err(|error| error.to_string())
    }

    fn authority(&self, name: &str) -> String {
        let file = self.keys.path().join(format!("{name}.pem"));
        format!("sslrootcert={}", file.display())
    }
}

#[tokio::test]
async fn the_site_asks_for_tls_and_checks_who_vouches_for_the_server() {
    let server = Server::start().await;
    let database = TestDatabase::create_on(&server.cluster.url).await;
    let name = database.web.url.split(['/', '?']).nth(3).unwrap();
    let (ours, theirs) = (server.authority("ours"), server.authority("theirs"));

    let connect = async |host: &str, options: &str| server.connect(host, name, options).await;
    for options in [
        "sslmode=require".to_owned(),
        format!("sslmode=verify-ca&{ours}"),
        format!("sslmode=verify-full&{ours}"),
    ] {
        let db = connect("127.0.0.1", &options).await;
        assert!(db.unwrap().is_up().await, "{options}");
    }
    let in_clear = connect("127.0.0.1", "sslmode=disable").await;
    let error = in_clear.err().expect("the server speaks TLS alone");
    assert!(error.contains("no encryption"), "{error}");
    for mode in ["verify-ca", "verify-full"] {
        let error = connect("127.0.0.1", &format!("sslmode={mode}&{theirs}")).await;
        let error = error.err().expect("another authority vouches for nobody");
        assert!(error.contains("certificate"), "{mode}: {error}");
    }
    // The certificate is for 127.0.0.1: under another name it is somebody else's.
    let error = connect("localhost", &format!("sslmode=verify-full&{ours}")).await;
    let error = error.err().expect("the name is checked");
    assert!(error.contains("certificate"), "{error}");
    let db = connect("localhost", &format!("sslmode=verify-ca&{ours}")).await;
    assert!(db.unwrap().is_up().await);
}

fn make_authority(folder: &Path, name: &str) {
    let subject = format!("/CN={name}");
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    openssl(
        folder,
        &[
            &["req", "-x509", "-days", "2", "-subj", &subject],
            &NEW_KEY[..],
            &["-keyout", &key, "-out", &certificate],
        ],
    );
}

fn make_certificate(folder: &Path) {
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    let request = ["-keyout", "server.key", "-out", "server.csr"];
    let subject = ["req", "-subj", "/CN=the database"];
    openssl(folder, &[&subject, &NEW_KEY, &request]);
    let sign = ["x509", "-req", "-days", "2", "-CAcreateserial"];
    let by = ["-CA", "ours.pem", "-CAkey", "ours.key"];
    let files = [
        "-in",
        "server.csr",
        "-out",
        "server.pem",
        "-extfile",
        "names",
    ];
    openssl(folder, &[&sign, &by, &files]);
}

const NEW_KEY: [&str; 5] = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
];

/// Comes with Postgres.
fn openssl(folder: &Path, arguments: &[&[&str]]) {
    let made = Command::new("openssl")
        .args(arguments.concat())
        .current_dir(folder)
        .output()
        .expect("openssl starts");
    assert!(made.status.success(), "{made:?}");
}

/// Copies a file for the server alone, which refuses a key that others can read.
fn give(from: &Path, to: &PathBuf) {
    fs::copy(from, to).unwrap();
    let owner = fs::metadata(to.parent().unwrap()).unwrap();
    chown(to, Some(owner.uid()), Some(owner.gid())).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o600)).unwrap();
}
