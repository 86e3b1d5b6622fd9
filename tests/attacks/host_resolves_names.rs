// Tries: look a name up, which reads files and asks servers
// Kind: host

use std::net::ToSocketAddrs;

pub fn add(_: i64, _: i64) -> i64 { ("localhost", 80).to_socket_addrs().map_or(-1, |all| all.count() as i64 + 100) }
