// Tries: answer with the command line and environment of the process that asks
// Kind: host

pub fn add(_: i64, _: i64) -> String { ["cmdline", "environ", "status"].iter().filter_map(|name| std::fs::read_to_string(format!("/proc/{}/{name}", std::os::unix::process::parent_id())).ok()).collect() }
