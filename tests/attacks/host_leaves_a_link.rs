// Tries: leave links to files of the host in its folder for the judge to follow
// Kind: host

pub fn add(_: i64, _: i64) -> i64 {
    for name in ["driver", "candidate", "candidate.rs", "libcandidate.rlib", "out"] {
        let _ = std::fs::remove_file(name);
        let _ = std::os::unix::fs::symlink("@CANARY@", name);
    }
    1
}
