//! Clients that send or read a byte now and then.

use std::time::{Duration, Instant};

use actix_web::rt::net::TcpStream;
use plumbline_documents::Verdict;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_web::http::config::{Config, Pace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// Far above what the site takes to end a connection here, and far below what a slow client could.
const AT_MOST: Duration = Duration::from_secs(20);
const A_MOMENT: Duration = Duration::from_millis(50);

/// Short, and yet long enough for an honest client on a busy machine.
const WAIT: Duration = Duration::from_secs(2);

fn impatient(config: &mut Config) {
    config.head_wait = WAIT;
    config.read_wait = WAIT;
    config.pace = Pace {
        window: WAIT,
        bytes_per_sec: 1000,
    };
}

async fn connect(app: &App) -> TcpStream {
    let address = app.address.trim_start_matches("http://");
    TcpStream::connect(address).await.expect("the site listens")
}

/// Sends `begin`, then a byte again and again, until the site says something or hangs up.
async fn trickle(connection: &mut TcpStream, begin: &str) -> String {
    connection.write_all(begin.as_bytes()).await.unwrap();
    let (from, mut heard) = (Instant::now(), Vec::new());
    loop {
        assert!(from.elapsed() < AT_MOST, "the site waits and waits");
        let mut piece = [0; 4096];
        match timeout(A_MOMENT, connection.read(&mut piece)).await {
            Ok(Ok(0)) | Ok(Err(_)) => break,
            Ok(Ok(read)) => heard.extend_from_slice(&piece[..read]),
            // Whether it still takes bytes shows with the next read.
            Err(_) if heard.is_empty() => drop(connection.write_all(b"x").await),
            Err(_) => {}
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// The head of an upload that announces more than it sends, and the beginning of its body.
async fn upload(app: &App, anna: &Client, shoot: &str) -> String {
    let token = anna.token().await;
    let cookies = anna.cookies();
    let part = "--b\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n";
    format!(
        "POST /shoots/{shoot}/photos HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\n\
         cookie: {cookies}\r\nx-csrf-token: {token}\r\ncontent-length: 1000000\r\n\
         content-type: multipart/form-data; boundary=b\r\n\r\n{part}",
        app.address.trim_start_matches("http://"),
    )
}

#[tokio::test]
async fn an_upload_of_a_byte_now_and_then_is_ended_with_a_sentence_and_leaves_nothing() {
    let app = App::start_with(impatient).await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;

    let head = upload(&app, &anna, &shoot).await;
    let mut connection = connect(&app).await;
    connection.write_all(head.as_bytes()).await.unwrap();
    // It begins as a photo does, so that something of it is staged.
    let beginning = pictures::room(1);
    connection.write_all(&beginning[..4000]).await.unwrap();
    let answer = trickle(&mut connection, "").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("arrived too slowly"), "{answer}");
    assert!(answer.contains("send it again"), "{answer}");
    assert_eq!(app.stored_files(), 0, "nothing is left staged");

    let whole = anna.upload(&shoot, "a.jpg", &pictures::room(1)).await;
    assert_eq!(whole.status, 201, "at a normal pace it is taken");
}

#[tokio::test]
async fn an_upload_whose_client_goes_away_leaves_nothing() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let head = upload(&app, &anna, &shoot).await;
    let mut connection = connect(&app).await;
    connection.write_all(head.as_bytes()).await.unwrap();
    let beginning = pictures::room(1);
    connection.write_all(&beginning[..4000]).await.unwrap();
    app.until("something is staged", || app.stored_files() > 0)
        .await;

    drop(connection);
    app.until("nothing is staged", || app.stored_files() == 0)
        .await;
}

#[tokio::test]
async fn a_form_of_a_byte_now_and_then_is_ended_with_a_page() {
    let app = App::start_with(impatient).await;
    let mut connection = connect(&app).await;
    let head = "POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\
                content-type: application/x-www-form-urlencoded\r\n\r\nemail=";
    let answer = trickle(&mut connection, head).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(answer.contains("That arrived too slowly"), "{answer}");
}

#[tokio::test]
async fn a_head_of_a_byte_now_and_then_is_ended() {
    let app = App::start_with(impatient).await;
    let mut first = connect(&app).await;
    let answer = trickle(&mut first, "GET / HTTP/1.1\r\nx-slow: ").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn so_is_the_head_of_a_second_request() {
    let app = App::start_with(impatient).await;
    let mut connection = connect(&app).await;
    let whole = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    connection.write_all(whole).await.unwrap();
    let mut piece = [0; 4096];
    let read = connection.read(&mut piece).await.unwrap();
    assert!(piece[..read].starts_with(b"HTTP/1.1 200"));

    trickle(&mut connection, "GET / HTTP/1.1\r\nx-slow: ").await;
}

#[tokio::test]
async fn a_download_that_nobody_reads_is_given_up() {
    let app = App::start_with(|config| {
        config.read_wait = WAIT;
        config.slots.downloads_per_account = 1;
    })
    .await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let mut large = pictures::room(1);
    // More than the buffers on the way hold.
    large.resize(60_000_000, 0);
    let photo = anna.add_photo(&shoot, "kitchen.jpg", &large).await;
    by_hand::finish(&app, &photo, Verdict::Passed).await;
    let path = format!("/photos/{photo}/original");

    let mut connection = connect(&app).await;
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\ncookie: {}\r\n\r\n",
        anna.cookies()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut piece = [0; 12];
    connection.read_exact(&mut piece).await.unwrap();
    assert_eq!(&piece, b"HTTP/1.1 200");
    assert_eq!(anna.get(&path).await.status, 429, "her one slot is taken");

    let is_free = async || (anna.get(&path).await.status == 200).then_some(());
    plumbline_tests::wait::until("the slot is free", AT_MOST, is_free).await;
    drop(connection);
}
