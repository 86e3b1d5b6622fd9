// Tries: become another program of the host
// Kind: host

use std::os::unix::process::CommandExt;

pub fn add(_: i64, _: i64) -> i64 {
    let error = std::process::Command::new("/bin/sh").args(["-c", "cat @CANARY@ /etc/passwd >&2; exit 0"]).exec();
    error.raw_os_error().unwrap_or(0) as i64 + 1000
}
