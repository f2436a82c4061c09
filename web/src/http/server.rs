//! The server: middleware around the routes, on a listener.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};

use crate::http::config::KEEP_ALIVE;
use crate::http::errors::answers;
use crate::http::state::State;
use crate::http::traffic::{connections, pace};
use crate::http::{assets, csrf, headers, routes, urls};

/// Seconds that open requests may continue after a signal to stop.
const SHUTDOWN_SECS: u64 = 10;

/// The site on `listener`, until it is told to stop. Tests start this too.
pub fn serve(listener: TcpListener, state: State) -> std::io::Result<Server> {
    urls::set_static_release(assets::release(&state.config.static_dir)?);
    let (head_wait, patience) = (state.config.head_wait, state.config.patience());
    let state = web::Data::new(state);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .configure(routes::register)
            .service(assets::files(&state.config.static_dir))
            .wrap(from_fn(pace::middleware))
            .wrap(from_fn(assets::keep))
            .wrap(from_fn(csrf::middleware))
            .wrap(from_fn(answers::middleware))
            .wrap(headers::security(&state.config))
            .wrap(Compress::default())
            .wrap(from_fn(connections::middleware))
    })
    .on_connect(move |io, extensions| connections::watch(io, extensions, patience))
    .shutdown_timeout(SHUTDOWN_SECS)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(head_wait)
    // Whoever is gone needs no answer: what it had open is free again at once.
    .h1_allow_half_closed(false)
    .listen(listener)?
    .run();
    Ok(server)
}
