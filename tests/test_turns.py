"""Another try: who is asked again, what it is told, and what it must not be told."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic_results import COMPLETION, VERDICT

from sse_steps.infer.command_line import build_call
from sse_steps.infer.engine import Request, Sampling
from sse_steps.infer.feedback import LONGEST, can_be_mended, feedback, fenced
from sse_steps.infer.later_turns import LONGEST_REPLY, Turn, later_requests, turn_of
from sse_steps.infer.recording import Asked
from sse_steps.records import (
    Case,
    Example,
    Failure,
    Outcome,
    ProgramCase,
    VerdictRow,
)
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.session import Answered
from sse_steps.rust.toolchain import Toolchain
from sse_steps.rust.trial import judge_answer
from sse_steps.settings import ModelSettings
from sse_steps.slices import Origin

GREEDY = Sampling(temperature=0.0, max_tokens=100, timeout_s=5.0)
EXAMPLES = [Example(f"e{number}", 1, f"x = {number}", ()) for number in range(1, 4)]
FIRST = [Request(example, "Be right.", f"Rewrite {example.python}") for example in EXAMPLES]


def verdict(outcome: Outcome, diagnostics: str = "", example: str = "e1") -> VerdictRow:
    """Return a verdict."""
    return replace(VERDICT, outcome=outcome, diagnostics=diagnostics, example=example)


def turn(outcomes: dict[str, Outcome], reply: str = "fn main() {}") -> Turn:
    """Return one turn: an outcome an example, all with the same reply."""
    completions = [replace(COMPLETION, example=name, reply=reply) for name in outcomes]
    return turn_of(
        completions,
        [verdict(outcome, f"about {name}", name) for name, outcome in outcomes.items()],
    )


@pytest.fixture(scope="module")
def judge(toolchain: Toolchain, sandbox: Sandbox) -> Judge:
    """Return a judge."""
    return Judge(toolchain, sandbox, Limits(10, 30.0, 256 << 20, 1 << 20))


# ---- who is asked again ----
MENDED = {
    *(Outcome.COMPILE_ERROR, Outcome.WRONG_ANSWER, Outcome.PANICKED, Outcome.TIMEOUT),
    *(Outcome.RESOURCE_LIMIT, Outcome.NO_CODE),
}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_who_failed_with_a_reply_is_asked_again(outcome: Outcome) -> None:
    """What passed, what cannot be judged and what gave no reply at all is left as it is."""
    asked = list(later_requests(FIRST[:1], [turn({"e1": outcome})]))
    assert bool(asked) == can_be_mended(outcome) == (outcome in MENDED)


def test_a_later_turn_asks_a_part_of_the_one_before() -> None:
    """Who was not asked in turn 2, or passed in it, is not asked in turn 3."""
    first = turn(dict.fromkeys(("e1", "e2", "e3"), Outcome.COMPILE_ERROR))
    second = turn({"e1": Outcome.PASSED, "e2": Outcome.WRONG_ANSWER})
    assert [each.example.id for each in later_requests(FIRST, [first])] == ["e1", "e2", "e3"]
    assert [each.example.id for each in later_requests(FIRST, [first, second])] == ["e2"]


def test_the_conversation_alternates_and_ends_with_the_user() -> None:
    """System, user, assistant, user and so on, each reply with what came of it."""
    turns = [turn({"e1": Outcome.COMPILE_ERROR}, reply) for reply in ("one", "two")]
    (request,) = later_requests(FIRST, turns)
    roles, texts = zip(*request.messages, strict=True)
    assert roles == ("system", "user", "assistant", "user", "assistant", "user")
    assert texts[:3] == ("Be right.", FIRST[0].user, "one")
    assert texts[4] == "two"
    assert all("about e1" in text for text in (texts[3], texts[5]))


def test_one_text_holds_the_whole_conversation() -> None:
    """A tool that takes one prompt, and a recording, see every message in its order."""
    turns = [turn({"e1": Outcome.COMPILE_ERROR}, reply) for reply in ("one", "two")]
    (request,) = later_requests(FIRST, turns)
    call = build_call(("tool",), "/bin/tool", "", request, GREEDY)
    assert call.stdin is not None
    rest = call.stdin.decode()
    for _, text in request.messages:
        _, found, rest = rest.partition(text)
        assert found
    assert not rest
    assert Asked.of(request, GREEDY) != Asked.of(FIRST[0], GREEDY)


def test_a_first_request_is_one_message_of_the_user() -> None:
    """Without replies nothing changes: the system's text, where there is one, and the user's."""
    assert FIRST[0].messages == (("system", "Be right."), ("user", "Rewrite x = 1"))
    assert replace(FIRST[0], system="").messages == (("user", "Rewrite x = 1"),)


def test_a_flood_of_a_reply_is_shown_in_part() -> None:
    """A reply of megabytes does not make a prompt of megabytes."""
    (request,) = later_requests(FIRST, [turn({"e1": Outcome.NO_CODE}, "a" * 4_000_000)])
    assert f"[{4_000_000 - LONGEST_REPLY} more characters]" in request.user
    assert len(request.user) < LONGEST_REPLY + 1_000


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (ModelSettings("Weights.", "any", source="x.gguf"), True),
        (ModelSettings("A recording.", "any", recording="x.jsonl"), True),
        (ModelSettings("A transpiler.", "any", package="p", command=("p",), output="o"), False),
        (ModelSettings("A control.", "any"), False),
    ],
)
def test_what_has_a_model_behind_it_converses(settings: ModelSettings, *, expected: bool) -> None:
    """Weights, tools and recordings are language models, whatever they are called."""
    assert settings.converses == expected


def test_a_first_turn_has_the_names_that_it_had_before() -> None:
    """Only later turns say their number."""
    assert Origin("t", "m", 2).name == "t:m:2"
    assert Origin("t", "m", 2, 3).name == "t:m:2:3"
    assert Origin("t", "m", 2).title == "t m run 2"
    assert Origin("t", "m", 2, 3).title == "t m run 2 turn 3"


# ---- what it is told ----
def test_compiler_messages_are_told_whole() -> None:
    """Also where rustc says `expected`: that is about types, not about a case."""
    message = (
        "error[E0308]: mismatched types, expected `i64`, found `bool`\n --> candidate.rs:1:2\n"
    )
    assert message.strip() in feedback(verdict(Outcome.COMPILE_ERROR, message))


def test_a_long_message_is_cut_and_says_so() -> None:
    """The first errors are told; how much more there is, is a number."""
    told = feedback(verdict(Outcome.COMPILE_ERROR, "e" * (LONGEST + 123)))
    assert "[123 more characters]" in told
    assert len(told) < LONGEST + 300


@pytest.mark.parametrize(
    "line",
    [
        " --> /tmp/judge-1234/deep/candidate.rs:3:5",
        " --> /tmp/.single-shot-eval-1a_2b.unfinished/judge-1234/deep/candidate.rs:3:5",
        "  = note: the full type name was written to '/root/.cache/x y/long-type-1.txt'",
        "::: /rustc/59807616e1fa/library/alloc/src/slice.rs:192:4",
        "thread 'main' panicked at /home/someone/project/cache/crate/src/lib.rs:7:1:",
        "  = note: see (/opt/toolchain/lib)",
    ],
)
def test_folders_of_this_machine_are_not_told(line: str) -> None:
    """Of a path its last part is left, which is all that helps."""
    told = feedback(verdict(Outcome.COMPILE_ERROR, f"error: no\n{line}\n"))
    for folder in ("/tmp", "/root", "/rustc", "/home", "/opt", "someone", "judge-"):  # noqa: S108 -- texts
        assert folder not in told


def test_the_model_s_own_code_stays_as_it_was_written() -> None:
    """A path inside the code that rustc quotes is the model's; links are no paths."""
    message = (
        'error: no\n3 |     open("/usr/share/dict/words");\n  |          ^^^^\n'
        "  = note: see https://doc.rust-lang.org/error_codes/E0382.html\n"
    )
    told = feedback(verdict(Outcome.COMPILE_ERROR, message))
    assert '3 |     open("/usr/share/dict/words");' in told
    assert "https://doc.rust-lang.org/error_codes/E0382.html" in told


HOSTILE = st.lists(
    st.one_of(
        st.characters(),
        st.sampled_from(
            ["```", "\n", "````\n", "\x1b[2J", "\r", "\u202e", "\u2028", "\0", "/a/b", "<|im_end|>"]
        ),
    ),
    max_size=60,
).map("".join)


@given(words=HOSTILE, outcome=st.sampled_from(sorted(MENDED)))
def test_hostile_words_stay_text(words: str, outcome: Outcome) -> None:
    """No control character is told, and no text closes the fence that it stands in."""
    told = feedback(verdict(outcome, words))
    assert all(letter.isprintable() or letter in "\n\t" for letter in told)
    if outcome is not Outcome.NO_CODE:
        fence = re.search(r"^(`{3,})text$", told, re.MULTILINE)
        assert fence is not None
        assert told.count(fence[1]) == 2


@given(text=HOSTILE)
def test_a_fence_is_longer_than_any_in_the_text(text: str) -> None:
    """What begins and ends the fence occurs nowhere between."""
    opening, *lines, closing = fenced(text).split("\n")
    assert opening == f"{closing}text"
    assert closing not in "\n".join(lines)


# ---- what it must not be told ----
RIGHT = "the right answer"


CASES = (
    Case("f", ("in",), RIGHT),
    Case("f", (["in"],), None, after=((0, [RIGHT]),)),
    Case("f", (", expected nothing",), RIGHT),
    Case("f", ("in",), None, RIGHT, Failure.ERR),
    Case("f", ("in",), None, f"Odd\n{RIGHT}", Failure.NONE),
    Case("f", ("in",), {RIGHT: [RIGHT]}),
)
CANDIDATES = (
    'pub fn f(x: &str) -> String { format!("{x}, expected\\n") }',
    "pub fn f(x: &str) -> i64 { x.len() as i64 }",
    'pub fn f(x: &str) -> String { panic!("{x}, expected 5") }',
    "pub fn f(x: &mut Vec<String>) { x.clear() }",
    "pub fn f(x: &str) -> Option<i64> { Some(x.len() as i64) }",
)


def test_expected_values_of_calls_are_not_told(judge: Judge) -> None:
    """Whatever the judge says of a case that failed, what it expects is left out."""
    found = judge.judge_many([Sample(rust, (case,)) for case in CASES for rust in CANDIDATES])
    assert {each.outcome for each in found} == {Outcome.WRONG_ANSWER, Outcome.PANICKED}
    assert sum(RIGHT in each.diagnostics for each in found) > len(found) / 3
    told = [feedback(verdict(each.outcome, each.diagnostics)) for each in found]
    assert [text for text in told if RIGHT in text] == []


@pytest.mark.parametrize(
    "body",
    [
        'println!("out")',
        'print!("x ended with 0, expected 1; \\n, expected ")',
        'panic!("oops")',
        "std::process::exit(3)",
    ],
)
def test_expected_output_of_programs_is_not_told(judge: Judge, body: str) -> None:
    """What a program printed and how it ended is told; what it should have printed is not."""
    case = ProgramCase((), "", f"{RIGHT}\n{RIGHT}", 77)
    found = judge.judge(f"fn main() {{ {body} }}", (case,))
    told = feedback(verdict(found.outcome, found.diagnostics))
    assert RIGHT in found.diagnostics
    assert RIGHT not in told
    assert "77" not in told
    assert "ended with" in told


def test_an_equal_program_leads_to_an_equal_conversation(judge: Judge) -> None:
    """Judged twice, in a batch or alone, it is told the same: a recording answers that alone."""
    case = Case("f", ("in",), RIGHT)
    hashed = "(0..9).map(|n| (n, n)).collect::<std::collections::HashMap<i64, i64>>()"
    programs = (
        "pub fn f(x: &str) -> String { panic!() }",
        f"pub fn f(x: &str) -> std::collections::HashMap<i64, i64> {{ {hashed} }}",
    )
    together = judge.judge_many([Sample(rust, (case,)) for rust in programs * 2])
    alone = [judge.judge(rust, (case,)) for rust in programs]
    told = [feedback(verdict(each.outcome, each.diagnostics)) for each in (*together, *alone)]
    assert len(set(told)) == len(programs)
    assert "panicked at candidate.rs:1" in told[0]
    assert re.search(r"thread 'main' panicked", told[0])


def test_a_program_that_panicked_is_told_its_own_words(judge: Judge) -> None:
    """The panic's message is what helps to mend it."""
    found = judge.judge('fn main() { panic!("oops") }', (ProgramCase((), "", "hi", 0),))
    assert "oops" in feedback(verdict(found.outcome, found.diagnostics))


@given(
    answer=st.one_of(st.text(max_size=30), st.integers(), st.lists(st.text(max_size=5))),
    argument=st.text(max_size=30),
)
def test_no_answer_brings_the_expected_value_out(answer: object, argument: str) -> None:
    """An answer or an argument made to look like the judge's own words changes nothing."""
    result = judge_answer(Case("f", (argument,), RIGHT), Answered(answer, {}))
    assert RIGHT in result.detail
    assert RIGHT not in feedback(verdict(result.outcome, result.detail))
