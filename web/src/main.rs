//! The site as a program: serves it, or runs an operator's command.

use std::io::IsTerminal;
use std::net::TcpListener;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use plumbline_web::http::config::Config;
use plumbline_web::http::server;
use plumbline_web::http::state::State;
use plumbline_web::operators;
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
    #[command(flatten)]
    Operator(operators::Command),
}

#[actix_web::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Cli { config, command } = plumbline_settings::parse();
    start_logging(&config.log)?;
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve(config).await,
        Command::Operator(command) => command.run(config).await,
    }
}

fn start_logging(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).context("PLUMBLINE_LOG is not a filter of tracing")?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

async fn serve(config: Config) -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind(&config.listen)
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let state = State::open(config).await?;
    tracing::info!(%address, "serving on {address}");
    server::serve(listener, state)?.await?;
    Ok(ExitCode::SUCCESS)
}
