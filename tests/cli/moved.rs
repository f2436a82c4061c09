//! Commands that the daemon had once.

use std::process::Command;

use plumbline_tests::worker_process::program;

#[test]
fn the_daemon_says_where_each_command_went() {
    for command in [
        "enhance", "merge", "inspect", "look", "models", "train", "bench",
    ] {
        let done = Command::new(program("plumbline-worker"))
            .args([command, "a.jpg"])
            .output()
            .unwrap();
        let sentence =
            format!("`{command}` is a command of `plumbline` now: plumbline {command} …\n");
        assert_eq!(String::from_utf8(done.stderr).unwrap(), sentence);
        assert_eq!(done.status.code(), Some(2));
    }
}
