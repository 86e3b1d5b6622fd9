// Tries: answer with the environment that the compiler ran in
// Kind: compile_leak

pub fn add(_: i64, _: i64) -> String {
    [option_env!("HOME"), option_env!("USER"), option_env!("SSE_CANARY"), option_env!("CARGO_HOME"), option_env!("HOSTNAME")]
        .into_iter().flatten().collect::<Vec<_>>().join(" ")
}
