use std::path::PathBuf;

use clap::Subcommand;

use super::*;

#[derive(Debug, Parser)]
struct Cli {
    #[arg(long, env = "PLUMBLINE_TEST_LOG", default_value = "info")]
    log: String,
    #[command(subcommand)]
    command: Draw,
}

#[derive(Debug, Subcommand)]
enum Draw {
    Draw {
        #[arg(long, env = "PLUMBLINE_DIFFUSION_DIR")]
        diffusion_dir: Option<PathBuf>,
    },
    List,
}

fn drawn(variables: &[(&str, &str)]) -> Result<(String, Option<PathBuf>), String> {
    let variables: Vec<_> = variables
        .iter()
        .map(|&(name, value)| (name, Some(value)))
        .collect();
    temp_env::with_vars(variables, || {
        let arguments = ["program", "draw"].map(Into::into).into_iter();
        let Cli { log, command } = read(arguments).map_err(|error| error.to_string())?;
        let Draw::Draw { diffusion_dir } = command else {
            panic!("{command:?}");
        };
        Ok((log, diffusion_dir))
    })
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let empty = [("PLUMBLINE_TEST_LOG", ""), ("PLUMBLINE_DIFFUSION_DIR", "")];
    assert_eq!(drawn(&empty).unwrap(), ("info".to_owned(), None));
}

#[test]
fn a_variable_that_says_something_is_heard() {
    let set = [
        ("PLUMBLINE_TEST_LOG", "warn"),
        ("PLUMBLINE_DIFFUSION_DIR", "sdxl"),
    ];
    assert_eq!(
        drawn(&set).unwrap(),
        ("warn".to_owned(), Some("sdxl".into()))
    );
}

#[test]
fn a_renamed_variable_is_refused_with_its_new_name() {
    let sentence = drawn(&[("PLUMBLINE_BRUSH_DIR", "sdxl")]).unwrap_err();
    let wanted = "Unset PLUMBLINE_BRUSH_DIR: it is PLUMBLINE_DIFFUSION_DIR now.";
    assert!(sentence.contains(wanted), "{sentence}");
    assert!(drawn(&[("PLUMBLINE_BRUSH_DIR", "")]).is_ok());
}

#[test]
fn a_command_without_the_new_variable_does_not_mind_the_old_one() {
    assert!(drawn(&[("PLUMBLINE_BRUSH_STEPS", "4")]).is_ok());
    temp_env::with_var("PLUMBLINE_BRUSH_DIR", Some("sdxl"), || {
        let list = ["program", "list"].map(Into::into).into_iter();
        assert!(matches!(
            read(list).unwrap(),
            Cli {
                command: Draw::List,
                ..
            }
        ));
        let help = ["program", "draw", "--help"].map(Into::into).into_iter();
        assert_eq!(
            read::<Cli>(help).unwrap_err().kind(),
            ErrorKind::DisplayHelp
        );
    });
}
