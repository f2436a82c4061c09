//! The site as a program: serve it, migrate its database, or fill a demo.

use std::io::IsTerminal;
use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use plumbline_domain::db;
use plumbline_web::http::config::Config;
use plumbline_web::http::server;
use plumbline_web::http::state::State;
use plumbline_web::operators::demo;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(name = "plumbline-web", version, about = "The Plumbline site")]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site (the default).
    Serve,
    /// Bring the database up to this release.
    Migrate,
    /// Make a demo organization with a shoot, and print a link that signs in once.
    Demo {
        /// Folder whose photos go into the demo shoot.
        #[arg(long)]
        photos: Option<PathBuf>,
    },
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let Cli { config, command } = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("PLUMBLINE_LOG")
                .unwrap_or_else(|_| EnvFilter::new("info,sqlx::postgres::notice=warn")),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve(config).await,
        Command::Migrate => db::migrate(&config.database_url).await,
        Command::Demo { photos } => {
            let state = State::open(config).await?;
            let link = demo::create(&state, photos.as_deref()).await?;
            println!("{link}");
            Ok(())
        }
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(&config.listen)
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let state = State::open(config).await?;
    tracing::info!(%address, "serving on {address}");
    server::serve(listener, state)?.await?;
    Ok(())
}
