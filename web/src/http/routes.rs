//! Every URL of the site, one line each: method, path, handler, and who may use
//! it. The same lines register the handlers and make the table that the sweep in
//! `tests/app/strangers.rs` walks.

use actix_web::web::{self, ServiceConfig};

use crate::pages::{
    galleries, landing, originals, photos, report_page, reviews, sessions, shoots, sign_up, skies,
};
use crate::{downloads, live, uploads};

/// The people who may use a route. The handler's extractor enforces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Anyone,
    Member,
    /// A member who is not a viewer.
    Editor,
    Admin,
    /// A customer with a share link.
    Guest,
    /// Somebody with the link of an altered photo's original.
    Onlooker,
}

#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub audience: Audience,
}

macro_rules! routes {
    ($($method:ident $path:literal => $handler:path, $audience:ident;)+) => {
        pub const TABLE: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            audience: Audience::$audience,
        }),+];

        pub fn register(app: &mut ServiceConfig) {
            $(app.route($path, web::$method().to($handler));)+
        }
    };
}

routes! {
    get  "/"                                  => landing::show, Anyone;
    get  "/health"                            => landing::health, Anyone;
    get  "/sign-up"                           => sign_up::new, Anyone;
    post "/sign-up"                           => sign_up::create, Anyone;
    get  "/sign-in"                           => sessions::new, Anyone;
    post "/sign-in"                           => sessions::create, Anyone;
    get  "/sign-in/{token}"                   => sessions::show_link, Anyone;
    post "/sign-in/{token}"                   => sessions::create_from_link, Anyone;
    post "/sign-out"                          => sessions::delete, Anyone;

    get  "/shoots"                            => shoots::index, Member;
    post "/shoots"                            => shoots::create, Editor;
    get  "/shoots/{shoot}"                    => shoots::page::show, Member;
    get  "/shoots/{shoot}/photos"             => shoots::page::show_photos, Member;
    post "/shoots/{shoot}/photos"             => uploads::photos::create, Editor;
    get  "/shoots/{shoot}/live"               => live::pages::show_shoot, Member;
    post "/shoots/{shoot}/sky"                => shoots::sky::update, Editor;
    post "/shoots/{shoot}/attempts"           => shoots::attempts::create, Editor;
    post "/shoots/{shoot}/galleries"          => galleries::links::create, Editor;
    post "/galleries/{gallery}/closing"       => galleries::links::delete, Editor;

    get  "/skies"                             => skies::index, Member;
    post "/skies"                             => skies::uploads::create, Editor;
    get  "/skies/{sky}/picture"               => skies::show, Member;
    post "/skies/{sky}/removal"               => skies::removals::create, Editor;
    post "/skies/{sky}/restoration"           => skies::restorations::create, Editor;

    get  "/photos/{photo}"                    => photos::show, Member;
    get  "/photos/{photo}/live"               => live::pages::show_photo, Member;
    get  "/photos/{photo}/report"             => report_page::show, Member;
    get  "/photos/{photo}/report.json"        => report_page::show_document, Member;
    get  "/photos/{photo}/renditions/{kind}"  => downloads::files::show_rendition, Member;
    get  "/photos/{photo}/original"           => downloads::files::show_original, Member;
    get  "/photos/{photo}/attempts/{attempt}/renditions/{kind}" => downloads::files::show_attempt, Member;
    get  "/photos/{photo}/original-code"      => photos::original_code::show, Member;
    post "/photos/{photo}/attempts"           => photos::attempts::create, Editor;
    get  "/photos/{photo}/mask"               => photos::masks::show, Member;
    post "/photos/{photo}/mask"               => photos::masks::create, Editor;
    post "/photos/{photo}/override"           => photos::overrides::create, Editor;
    post "/photos/{photo}/override/withdrawal" => photos::overrides::delete, Editor;
    // As pages of the release before send them; to be dropped with the next.
    post "/photos/{photo}/correction"         => photos::overrides::create, Editor;
    post "/photos/{photo}/correction/withdrawal" => photos::overrides::delete, Editor;
    post "/photos/{photo}/removal"            => photos::removals::create, Editor;
    post "/photos/{photo}/restoration"        => photos::restorations::create, Editor;
    post "/photos/{photo}/separation"         => photos::separations::create, Editor;
    post "/photos/{photo}/review"             => reviews::create, Admin;
    post "/photos/{photo}/review/withdrawal"  => reviews::delete, Admin;
    get  "/reviews"                           => reviews::index, Admin;

    get  "/g/{token}"                         => galleries::show, Guest;
    get  "/g/{token}/download"                => downloads::gallery_zip::show, Guest;
    get  "/g/{token}/photos/{photo}"          => galleries::show_photo, Guest;
    get  "/g/{token}/photos/{photo}/{kind}"   => downloads::files::show_shared, Guest;

    get  "/originals/{token}"                 => originals::show, Onlooker;
    get  "/originals/{token}/{kind}"          => originals::show_rendition, Onlooker;
}
