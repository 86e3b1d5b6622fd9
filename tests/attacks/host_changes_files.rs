// Tries: change the mode, the times and the content of a file of the host
// Kind: host

use std::os::unix::fs::PermissionsExt;

pub fn add(_: i64, _: i64) -> i64 {
    let path = "@CANARY@";
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777));
    let _ = std::fs::write(path, "taken");
    let _ = std::fs::remove_file(path);
    let _ = std::fs::rename(path, format!("{path}.moved"));
    let _ = std::os::unix::fs::symlink("/etc/passwd", format!("{path}.link"));
    let _ = std::os::unix::fs::chown(path, Some(12345), Some(12345));
    1
}
