//! The process that answers calls with the candidate's function. It holds no inputs and no answers.

fn main() {
    judge_support::serve(candidate::judge_bridge::answer);
}
