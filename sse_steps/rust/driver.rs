//! The process that runs one candidate of a batch. It holds no inputs and no answers.

fn main() -> std::process::ExitCode {
    judge_support::start(candidates::judge_bridge::entry)
}
