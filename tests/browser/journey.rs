//! Six real photos go in through the page, are watched until they are done, and
//! come out of the customer's zip, in a browser from beginning to end.

mod zip;

use std::path::{Path, PathBuf};

use plumbline_tests::app::App;
use plumbline_tests::browser::{Browser, PATIENCE, Theme};
use plumbline_tests::wait;

/// Three interiors, three exteriors; four have 20 megapixels or more. Named as a
/// photographer would, for the README shows one.
const PHOTOS: [(&str, &str); 6] = [
    (
        "bedroom.jpg",
        "interior/mark-champs-Id2IIl1jOB0-unsplash.jpg",
    ),
    (
        "living-room.jpg",
        "interior/francesca-tosolini-3LjBfGTbTJY-unsplash.jpg",
    ),
    (
        "hallway.jpg",
        "interior/steven-ungermann-xsWOJGv_2eI-unsplash.jpg",
    ),
    (
        "front.jpg",
        "exterior/isaac-quesada-s34TlUTPIf4-unsplash.jpg",
    ),
    (
        "garden.jpg",
        "exterior/chuttersnap-M19sKR62XAg-unsplash.jpg",
    ),
    (
        "street.jpg",
        "exterior/priscilla-fraire-65dCe4Zuek4-unsplash.jpg",
    ),
];

fn photos(folder: &Path) -> Option<Vec<PathBuf>> {
    let stock = plumbline_fixtures::photos("")?;
    let copy = |(name, original): (&str, &str)| {
        std::fs::copy(stock.join(original), folder.join(name)).expect(original);
        folder.join(name)
    };
    Some(PHOTOS.map(copy).to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_shoot_goes_in_and_a_zip_comes_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(photos) = photos(folder.path()) else {
        return;
    };
    let app = App::start().await;
    let worker = app.start_worker();
    let anna = Browser::start(&app.address).await;

    sign_up(&anna).await;
    let shoot = create_shoot(&anna).await;
    drop_photos(&anna, &photos).await;
    watch_until_done(&anna, photos.len()).await;
    look_at_a_photo(&anna).await;
    let link = share(&anna, &shoot).await;
    assert_eq!(
        anna.complaints().await,
        [""; 0],
        "the pages work without a complaint"
    );

    let customer = Browser::start(&app.address).await;
    customer.look_like(390, Theme::Light).await;
    open_gallery(&customer, &link, photos.len()).await;
    let file = download(&customer).await;
    assert_eq!(
        customer.complaints().await,
        [""; 0],
        "the gallery works without a complaint"
    );
    zip::check(&file, &photos);
    worker.stop().await;
}

async fn sign_up(browser: &Browser) {
    browser.open("/").await;
    browser.press("a[href='/sign-up']").await;
    browser.fill("[name=name]", "Anna Archer").await;
    browser
        .fill("[name=organization]", "Archer Property Photos")
        .await;
    browser.fill("[name=email]", "anna@example.com").await;
    browser
        .fill("[name=password]", "a long enough password")
        .await;
    browser.press("main form button").await;
    browser
        .see_text("Your first shoot starts with an address")
        .await;
}

async fn create_shoot(browser: &Browser) -> String {
    browser.fill("[name=name]", "12 Harbour Street").await;
    browser.press("main form button").await;
    browser.see_text("No photos yet").await;
    browser.path().await
}

/// As somebody does who selects them all in the file dialog.
async fn drop_photos(browser: &Browser, photos: &[PathBuf]) {
    let list = photos
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>();
    browser.ask("window.stillHere = true").await;
    browser.ask(WATCH_CHIPS).await;
    browser
        .fill("input[type=file][name=photo]", &list.join("\n"))
        .await;
}

/// Keeps every word of the photos' chips, however short it stands there.
const WATCH_CHIPS: &str = "(() => {
    window.chips = new Set();
    const note = () => document.querySelectorAll('.tile .status').forEach(
        chip => window.chips.add(chip.innerText.trim()));
    const changes = {childList: true, subtree: true, characterData: true};
    new MutationObserver(note).observe(document.body, changes);
})()";

async fn watch_until_done(browser: &Browser, count: usize) {
    browser.see_text(&format!("All {count} done")).await;
    browser.see_text(&format!("{count} ready")).await;
    for stage in ["Waiting", "Correcting"] {
        let was_shown = browser.ask(&format!("window.chips.has({stage:?})")).await;
        assert_eq!(was_shown, true, "{stage}");
    }
    assert_eq!(
        browser.ask("window.stillHere === true").await,
        true,
        "without a reload"
    );
    let thumbs = "[...document.querySelectorAll('.tile img')].length";
    assert_eq!(browser.ask(thumbs).await, count);
}

async fn look_at_a_photo(browser: &Browser) {
    let link = "[...document.querySelectorAll('.tile__link')].find(link => link.innerText === 'bedroom.jpg').href";
    let page = browser.ask(link).await;
    browser
        .open(page.as_str().expect("the bedroom's page"))
        .await;
    browser.see_text("What was done").await;
    browser
        .see("[...document.querySelectorAll('before-after img')].filter(image => image.naturalWidth > 1000).length === 2")
        .await;
    let handle = browser.find(".compare__range").await;
    let before = browser
        .ask("document.querySelector('.compare__range').value")
        .await;
    handle
        .send_keys("\u{e012}\u{e012}\u{e012}")
        .await
        .expect("the arrow key moves the line");
    let after = browser
        .ask("document.querySelector('.compare__range').value")
        .await;
    assert_ne!(before, after, "the line between before and after moves");
    let measures = browser
        .ask("document.querySelectorAll('.measure').length")
        .await;
    assert!(
        measures.as_u64() >= Some(4),
        "the report has {measures} measures"
    );
    browser.see_text("Change beyond the plan").await;
    browser.look_like(1280, Theme::Light).await;
    browser
        .ask("(document.activeElement.blur(), scrollTo(0, 0))")
        .await;
    // The README's picture.
    browser.snapshot("readme").await;
}

async fn share(browser: &Browser, shoot: &str) -> String {
    browser.open(shoot).await;
    browser.press(".share button:not([type=button])").await;
    browser.see_text("The share link is ready").await;
    let link = browser
        .ask("document.querySelector('copy-link input').value")
        .await;
    link.as_str().expect("a link").to_owned()
}

async fn open_gallery(browser: &Browser, link: &str, count: usize) {
    browser.open(link).await;
    browser.see_text("12 Harbour Street").await;
    browser.see_text(&format!("{count} photos")).await;
    browser
        .see("document.querySelector('.gallery img').naturalWidth > 300")
        .await;
    browser.press(".gallery__link").await;
    browser
        .see("document.querySelector('dialog.viewer').open")
        .await;
    browser
        .see("document.querySelector('.viewer__photo').naturalWidth > 1000")
        .await;
    browser.press("[data-walk=close]").await;
}

async fn download(browser: &Browser) -> PathBuf {
    browser.press("a[href$='/download']").await;
    browser.downloaded("zip").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_refused_in_the_page_and_the_others_go_on() {
    let app = App::start().await;
    let anna = Browser::start(&app.address).await;
    sign_up(&anna).await;
    create_shoot(&anna).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it is written");
        path
    };
    let files = [
        file("phone.heic", b"\0\0\0\x18ftypheic"),
        file("renamed.jpg", b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif"),
        file("page.jpg", b"<html>not a photo at all</html>"),
        file("kitchen.jpg", &plumbline_tests::pictures::room(1)),
    ];
    drop_photos(&anna, &files).await;
    anna.see_text("Most Compatible").await;
    anna.see_text("AVIF cannot be read yet").await;
    anna.see_text("This is a web page, not a photo").await;
    anna.see_text("0 of 1 done").await;
    for width in [390, 1440] {
        for theme in Theme::ALL {
            anna.look_like(width, theme).await;
            anna.picture(&format!("refused-files-{width}-{}", theme.word()))
                .await;
        }
    }

    let worker = app.start_worker();
    wait::until("the photo to be done", PATIENCE, || async {
        (anna
            .ask("document.body.innerText.includes('All 1 done')")
            .await
            == true)
            .then_some(())
    })
    .await;
    worker.stop().await;
}
