// Tries: answer with the names in the folders of the host
// Kind: host

pub fn add(_: i64, _: i64) -> String { ["/", "/root", "/home", "/etc", "/tmp", "/var", "/work", "@CANARY@/.."].iter().filter_map(|path| std::fs::read_dir(path).ok()).flatten().flatten().map(|entry| entry.path().display().to_string()).collect::<Vec<_>>().join("\n") }
