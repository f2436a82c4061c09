//! Settings of every program: clap arguments, each with an environment variable. An empty variable
//! counts as unset, and a variable that was renamed is refused by name instead of being ignored.

use std::ffi::{OsStr, OsString};

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, Parser};

/// Variables of earlier releases, and what they are now.
const RENAMED: [(&str, &str); 2] = [
    ("PLUMBLINE_BRUSH_DIR", "PLUMBLINE_DIFFUSION_DIR"),
    ("PLUMBLINE_BRUSH_STEPS", "PLUMBLINE_DIFFUSION_STEPS"),
];

/// Reads a program's arguments and environment. Ends the program with a sentence and exit status 2
/// where they make no sense.
pub fn parse<P: Parser>() -> P {
    read(std::env::args_os()).unwrap_or_else(|error| error.exit())
}

fn read<P: Parser>(arguments: impl Iterator<Item = OsString>) -> Result<P, clap::Error> {
    let mut command = without_empty_variables(P::command());
    let matches = command.try_get_matches_from_mut(arguments)?;
    if let Some(sentence) = renamed(&command, &matches) {
        return Err(command.error(ErrorKind::InvalidValue, sentence));
    }
    P::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The command, with subcommands, whose arguments do not look at variables that are empty.
fn without_empty_variables(command: Command) -> Command {
    command
        .mut_args(unless_empty)
        .mut_subcommands(without_empty_variables)
}

fn unless_empty(arg: Arg) -> Arg {
    match arg.get_env().and_then(std::env::var_os) {
        Some(value) if value.is_empty() => arg.env(Resettable::<clap::builder::OsStr>::Reset),
        _ => arg,
    }
}

/// A sentence about a renamed variable that is still set, where what was called has its new name.
fn renamed(command: &Command, matches: &ArgMatches) -> Option<String> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let (old, new) = RENAMED
        .into_iter()
        .find(|(old, new)| set(old) && reads(command, matches, new))?;
    Some(format!("Unset {old}: it is {new} now."))
}

/// True if the command that was called, or one above it, reads the variable.
fn reads(command: &Command, matches: &ArgMatches, variable: &str) -> bool {
    let is_it = |arg: &Arg| arg.get_env() == Some(OsStr::new(variable));
    command.get_arguments().any(is_it)
        || matches.subcommand().is_some_and(|(name, matches)| {
            let called = command.find_subcommand(name);
            called.is_some_and(|called| reads(called, matches, variable))
        })
}

#[cfg(test)]
mod tests;
