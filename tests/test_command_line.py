"""Installed tools as engines: the project's own model files against stand-in executables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stand_ins import StandIns, on_path

from sse_steps.config import load_settings
from sse_steps.errors import ConfigError, EngineMissingError
from sse_steps.infer.command_line import (
    CallError,
    CommandLineEngine,
    build_call,
    find_program,
    tool_version,
)
from sse_steps.infer.engine import Request, Sampling
from sse_steps.infer.factory import Surroundings, build_engine
from sse_steps.infer.tool import JsonPaths, Tool
from sse_steps.records import Case, Example, FinishReason, Reply
from sse_steps.rust.sandbox import Sandbox
from sse_steps.settings import ModelSettings

ROOT = Path(__file__).parents[1]
SAMPLING = Sampling(temperature=1.0, max_tokens=100, timeout_s=20.0, seed=2)
HASTY = replace(SAMPLING, timeout_s=1.0)
EXAMPLE = Example("l/e", 3, "def f(): ...", (Case("f", (), 1),))
NASTY = (
    "-rf --help; rm -rf / && $(touch pwned) `id` | tee > x < y ' \" \\ * ? ~ # ! {model} {prompt} "
    "%s %n \r\n\t\n\n\x1b[31m Zoë 🦀 \x7f"
)
SAYS_HELLO = "print('hello')"
CLAUDE_SAYS = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "result": "```rust\nfn main() {}\n```",
    "total_cost_usd": 0.00123,
    "usage": {
        "input_tokens": 3,
        "cache_creation_input_tokens": 100,
        "cache_read_input_tokens": 20,
        "output_tokens": 40,
    },
}
GEMINI_SAYS = {
    "session_id": "5b1e55a4",
    "response": "fn main() {}",
    "stats": {
        "models": {
            "gemini-2.5-flash": {
                "tokens": {"prompt": 7000, "candidates": 20, "total": 7050, "thoughts": 30}
            }
        }
    },
}


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIns]:
    """Return an empty folder of executables; versions are asked anew."""
    tool_version.cache_clear()
    yield on_path(tmp_path, monkeypatch)
    tool_version.cache_clear()


def model(name: str) -> ModelSettings:
    """Return the settings of one of the project's own model files."""
    return load_settings([f"models=[{name}]", "controls=[]"], root=ROOT).models[name]


def no_sandbox() -> Sandbox:
    """Fail: a tool of the user's needs none."""
    raise AssertionError("a sandbox was asked for")


def engine_of(name: str) -> CommandLineEngine:
    """Return the engine of one of the project's own model files."""
    engine = build_engine(name, model(name), Surroundings(None, no_sandbox))
    assert isinstance(engine, CommandLineEngine)
    return engine


def engine(*command: str, json: JsonPaths | None = None) -> CommandLineEngine:
    """Return an engine for a stand-in."""
    return CommandLineEngine(command, Tool((command[0], "--version"), "a model", json=json))


def request(user: str = "user text", system: str = "system text") -> Request:
    """Return a request for an example that no tool gets to see."""
    return Request(EXAMPLE, system, user)


def reply_of(
    engine: CommandLineEngine, asked: Request | None = None, sampling: Sampling = SAMPLING
) -> Reply:
    """Return the only reply to one request."""
    ((reply,),) = engine.complete([asked or request()], sampling, on_finish=lambda _: None)
    return reply


def test_claude_is_called_as_its_file_says(stand_ins: StandIns) -> None:
    """The prompt goes to standard input; text, tokens and dollars come from the JSON."""
    stand_ins.add("claude", f"print({json.dumps(json.dumps(CLAUDE_SAYS))})")
    reply = reply_of(engine_of("claude"))
    (heard,) = stand_ins.calls("claude")
    assert heard.stdin == b"user text"
    assert b"--system-prompt=system text" in heard.arguments
    assert {b"--print", b"--output-format=json", b"--tools="} < set(heard.arguments)
    assert b"--model=claude-haiku-4-5" in heard.arguments
    assert (reply.text, reply.finish_reason) == (CLAUDE_SAYS["result"], FinishReason.STOP)
    assert (reply.prompt_tokens, reply.completion_tokens) == (123, 40)
    assert (reply.cost_usd, reply.error, reply.is_code) == (0.00123, None, False)


def test_claude_without_an_account_is_an_error(stand_ins: StandIns) -> None:
    """What it says about itself with exit code 0 is no reply."""
    says = {**CLAUDE_SAYS, "is_error": True, "result": "Not logged in"}
    stand_ins.add("claude", f"print({json.dumps(json.dumps(says))})")
    reply = reply_of(engine_of("claude"))
    assert (reply.text, reply.finish_reason) == ("", FinishReason.ERROR)
    assert reply.error == "Not logged in"


def test_gemini_is_called_as_its_file_says(stand_ins: StandIns) -> None:
    """Both texts go to standard input; thoughts count as written, dollars are not told."""
    stand_ins.add("gemini", f"print({json.dumps(json.dumps(GEMINI_SAYS))})")
    reply = reply_of(engine_of("gemini"))
    (heard,) = stand_ins.calls("gemini")
    assert heard.stdin == b"system text\n\nuser text"
    assert heard.arguments == [
        b"--model=gemini-2.5-flash",
        b"--output-format=json",
        b"--skip-trust",
    ]
    assert (reply.text, reply.prompt_tokens, reply.completion_tokens) == ("fn main() {}", 7000, 50)
    assert reply.cost_usd is None


def test_gemini_without_an_account_is_an_error(stand_ins: StandIns) -> None:
    """An exit code is an error whose words come from standard error."""
    stand_ins.add("gemini", "sys.exit('Please set an Auth method')")
    reply = reply_of(engine_of("gemini"))
    assert reply.finish_reason is FinishReason.ERROR
    assert reply.error == "exit code 1: Please set an Auth method"


def test_ollama_is_called_as_its_file_says(stand_ins: StandIns) -> None:
    """Both texts go to standard input and all that is printed is the reply, without its spinner."""
    stand_ins.add("ollama", "sys.stderr.write('\\x1b[?25l'); print('\\x1b[2K\\x1b[1Gfn main() {}')")
    reply = reply_of(engine_of("ollama"))
    (heard,) = stand_ins.calls("ollama")
    assert heard.arguments == [b"run", b"--nowordwrap", b"--hidethinking", b"qwen2.5-coder:1.5b"]
    assert heard.stdin == b"system text\n\nuser text"
    assert reply.text == "fn main() {}\n"
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cost_usd) == (None, None, None)


def test_llm_is_called_as_its_file_says(stand_ins: StandIns) -> None:
    """The JSON is a list of one; tokens that the plugin does not count are unknown."""
    says = [{"response": "fn main() {}", "input_tokens": None, "output_tokens": None}]
    stand_ins.add("llm", f"print({json.dumps(json.dumps(says))})")
    reply = reply_of(engine_of("llm"))
    (heard,) = stand_ins.calls("llm")
    assert heard.arguments[:3] == [b"prompt", b"--model=SmolLM2", b"--system=system text"]
    assert heard.stdin == b"user text"
    assert (reply.text, reply.prompt_tokens, reply.error) == ("fn main() {}", None, None)


def test_hosted_tools_say_so() -> None:
    """The machine's price is charged where this machine does the work, and only there."""
    tools = {name: model(name).tool for name in ("claude", "gemini", "ollama", "llm")}
    hosted = {name: tool.hosted for name, tool in tools.items() if tool is not None}
    assert hosted == {"claude": True, "gemini": True, "ollama": False, "llm": False}


def test_tools_are_no_default() -> None:
    """Nobody's account is charged by the first command that a newcomer types."""
    chosen = load_settings([], root=ROOT).models
    assert all(each.tool is None for each in chosen.values())


@pytest.mark.parametrize("text", [NASTY, "-", "--", "-rf", "$(id)", "a\nb", " ", "x" * 100_000])
def test_a_prompt_arrives_byte_for_byte(stand_ins: StandIns, text: str) -> None:
    """No shell, no option and no placeholder gets hold of a prompt, whichever way it goes."""
    stand_ins.add("tool", SAYS_HELLO)
    reply_of(engine("tool", "--sys={system}", "{model}"), request(text, text))
    reply_of(engine("tool", "-m", "{model}", "--", "{prompt}", "a{system}b"), request(text, text))
    by_stdin, by_argument = stand_ins.calls("tool")
    asked = text.encode()
    assert by_stdin.arguments == [b"--sys=" + asked, b"a model"]
    assert by_stdin.stdin == asked
    assert by_argument.arguments == [b"-m", b"a model", b"--", asked, b"a" + asked + b"b"]
    assert by_argument.stdin == b""


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_placeholders_are_filled_once(text: str) -> None:
    """A prompt that holds placeholders is not filled a second time."""
    asked = request(f"{{model}}{text}{{system}}", f"{{prompt}}{text}")
    call = build_call(("x", "--s={system}", "--p={prompt}"), "/x", "m", asked, SAMPLING)
    assert call.command == (b"/x", f"--s={asked.system}".encode(), f"--p={asked.user}".encode())


def test_sampling_can_be_passed_on() -> None:
    """A tool that knows temperature, seed and limits can be told them."""
    command = ("x", "{temperature}", "{seed}", "{max_tokens}", "{top_k}", "{top_p}", "{other}")
    call = build_call(command, "/x", "m", request(), SAMPLING)
    assert call.command[1:] == (b"1.0", b"2", b"100", b"0", b"1.0", b"{other}")


def test_a_prompt_is_no_option() -> None:
    """A prompt that begins with '-' is refused where a tool could take it for an option."""
    for command in (("x", "{prompt}"), ("x", "-p", "{prompt}"), ("x", "{prompt}", "--")):
        with pytest.raises(CallError, match="begins with '-'"):
            build_call(command, "/x", "m", request("-rf", ""), SAMPLING)
    for command in (("x", "--", "{prompt}"), ("x", "-p={prompt}"), ("x", "-p{prompt}")):
        build_call(command, "/x", "m", request("-rf", ""), SAMPLING)


def test_a_nul_is_no_argument_but_may_be_read(stand_ins: StandIns) -> None:
    """A prompt with a NUL is a clear error as an argument, and goes through standard input."""
    stand_ins.add("tool", SAYS_HELLO)
    reply = reply_of(engine("tool", "--", "{prompt}"), request("a\0b"))
    assert reply.finish_reason is FinishReason.ERROR
    assert reply.error is not None
    assert "NUL" in reply.error
    assert reply_of(engine("tool", "--s={system}"), request("a\0b")).text == "hello\n"
    assert stand_ins.calls("tool")[0].stdin == b"a\0b"


def test_a_prompt_that_is_too_long_for_an_argument_is_an_error(stand_ins: StandIns) -> None:
    """Beyond the kernel's limit the reply says how large it was and what to do; stdin has none."""
    stand_ins.add("tool", SAYS_HELLO)
    long = "x" * 3_000_000
    reply = reply_of(engine("tool", "--", "{prompt}"), request(long))
    assert reply.finish_reason is FinishReason.ERROR
    assert reply.error is not None
    assert "bytes is longer than this system allows" in reply.error
    assert len(reply.error) < 300
    assert reply_of(engine("tool", "--s={system}"), request(long)).text == "hello\n"


def test_a_tool_works_in_an_empty_folder_with_the_user_s_home(
    stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finds its account, and neither the corpus nor its solutions; what it writes is gone."""
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.chdir(ROOT)
    stand_ins.add("tool", "open('left', 'w').write('x'); print(os.getcwd())")
    asked = engine("tool", "--s={system}")
    folders = {reply_of(asked).text.strip(), reply_of(asked).text.strip()}
    assert len(folders) == 2
    assert not [folder for folder in folders if Path(folder).exists()]
    assert [heard.folder for heard in stand_ins.calls("tool")] == [[], []]
    assert {heard.home for heard in stand_ins.calls("tool")} == {"/home/someone"}


def test_the_first_call_is_cold(stand_ins: StandIns) -> None:
    """Requests are asked one by one, in order; the first of them is marked, all of them dated."""
    stand_ins.add("tool", "sys.stdout.write(heard.decode())")
    asked = [request("one"), request("two"), request("three")]
    finished: list[int] = []
    batches = list(engine("tool", "{system}").complete(asked, SAMPLING, on_finish=finished.append))
    replies = [reply for (reply,) in batches]
    assert [reply.text for reply in replies] == ["one", "two", "three"]
    assert [reply.cold for reply in replies] == [True, False, False]
    assert finished == [1, 1, 1]
    assert all(reply.latency_s == reply.machine_s > 0 for reply in replies)
    assert all(reply.asked_at and reply.asked_at.endswith("+00:00") for reply in replies)


FAILING = {
    "fails": ("sys.stderr.write('broken\\n'); sys.exit(3)", "exit code 3: broken"),
    "fails on standard output": ("print('broken'); sys.exit(3)", "exit code 3: broken"),
    "fails in colour": ("sys.exit('\\x1b[31mbroken\\x1b[0m\\x07')", "exit code 1: broken"),
    "fails in silence": ("sys.exit(3)", "exit code 3: it said nothing"),
    "fails with garbage": (
        "sys.stderr.buffer.write(bytes(range(256))); sys.exit(1)",
        "exit code 1",
    ),
    "is killed": ("os.kill(os.getpid(), 9)", "killed by signal 9"),
    "says nothing": ("pass", "it ended well and said nothing"),
    "says nothing but blanks": ("print('\\x1b[0m \\n\\n')", "it ended well and said nothing"),
    "floods": ("while True: print('x' * 1000)", "it wrote without end"),
    "floods with an answer first": ("print('fn main() {}' * 10**6)", "it wrote without end"),
}


@pytest.mark.parametrize(("body", "says"), FAILING.values(), ids=FAILING.keys())
def test_a_tool_that_fails_gives_an_error_with_its_last_words(
    stand_ins: StandIns, body: str, says: str
) -> None:
    """Whatever a tool does instead of answering, the reply says so in words that can be shown."""
    stand_ins.add("tool", body)
    reply = reply_of(engine("tool", "{system}"))
    assert (reply.text, reply.finish_reason) == ("", FinishReason.ERROR)
    assert reply.error is not None
    assert reply.error.startswith(says)
    assert len(reply.error) < 2200
    assert "\x1b" not in reply.error
    assert reply.is_transient


def test_a_tool_that_hangs_is_a_time_out(stand_ins: StandIns) -> None:
    """A tool that does not end in time is a time-out with what it had said and its time."""
    stand_ins.add("tool", "print('working', file=sys.stderr, flush=True); time.sleep(600)")
    reply = reply_of(engine("tool", "{system}"), sampling=HASTY)
    assert (reply.text, reply.finish_reason) == ("", FinishReason.TIMEOUT)
    assert reply.error == "working"
    assert 1.0 <= reply.latency_s < 10.0


def test_a_slow_start_is_waited_for(stand_ins: StandIns) -> None:
    """A tool that takes its time to load is within its rights, and the time is counted."""
    stand_ins.add("tool", "time.sleep(1.2); print('hello')")
    reply = reply_of(engine("tool", "{system}"))
    assert reply.text == "hello\n"
    assert reply.latency_s >= 1.2


def test_a_tool_that_does_not_read_its_prompt_is_none_the_worse(stand_ins: StandIns) -> None:
    """A prompt of a megabyte that nobody reads breaks nothing."""
    stand_ins.add("tool", SAYS_HELLO, notes=False)
    assert reply_of(engine("tool", "{system}"), request("x" * 1_000_000)).text == "hello\n"


def test_a_text_that_is_no_utf_8_is_read_all_the_same(stand_ins: StandIns) -> None:
    """Bytes that are no text become replacement characters."""
    stand_ins.add("tool", "sys.stdout.buffer.write(b'fn \\xff')")
    assert reply_of(engine("tool", "{system}")).text == "fn \N{REPLACEMENT CHARACTER}"


def test_a_figure_that_cannot_be_used_is_noted_beside_the_reply(stand_ins: StandIns) -> None:
    """The reply stands, the figure is unknown, and the note says where it should have been."""
    stand_ins.add("tool", """print('{"text": "hi", "cost": "free"}')""")
    reply = reply_of(engine("tool", "{system}", json=JsonPaths("text", cost_usd=("cost",))))
    assert (reply.text, reply.cost_usd, reply.finish_reason) == ("hi", None, FinishReason.STOP)
    assert reply.error == "the tool's JSON has no usable number at cost: 'free'"


def test_broken_json_is_an_error(stand_ins: StandIns) -> None:
    """A tool that does not keep its format gives no reply, and its words are kept."""
    stand_ins.add("tool", "print('Warning: update me')")
    reply = reply_of(engine("tool", "{system}", json=JsonPaths("text")))
    assert reply.error == "its output is no JSON: Warning: update me"
    assert reply.finish_reason is FinishReason.ERROR


def test_the_version_is_asked_once(stand_ins: StandIns) -> None:
    """The first line that the version command prints is the engine's version, without escapes."""
    body = "print('\\x1b[1mtool 1.2\\x1b[0m\\nmore'); open(__file__ + '.asked', 'a').write('x')"
    stand_ins.add("tool", body)
    versions = {engine("tool").version for _ in range(3)}
    assert versions == {"tool: tool 1.2"}
    assert (stand_ins.folder / "tool.asked").read_text() == "x"


@pytest.mark.parametrize(
    "body", ["sys.exit('native binary not installed')", "pass", "os.kill(os.getpid(), 9)"]
)
def test_a_tool_that_does_not_work_is_missing(stand_ins: StandIns, body: str) -> None:
    """A tool that is there and cannot tell its version is an error of two lines."""
    stand_ins.add("tool", body)
    with pytest.raises(EngineMissingError) as caught:
        _ = engine("tool").version
    assert len(str(caught.value).splitlines()) == 2
    assert "'tool --version'" in caught.value.wrong


def test_a_tool_that_is_not_installed_is_missing(stand_ins: StandIns) -> None:
    """A command that is not there is an error of two lines that names it and how to go on."""
    for ask in (lambda: engine("no-such-tool").version, lambda: reply_of(engine("no-such-tool"))):
        with pytest.raises(EngineMissingError) as caught:
            ask()
        assert len(str(caught.value).splitlines()) == 2
        assert "'no-such-tool'" in caught.value.wrong
        assert "docs/baselines.md" in caught.value.remedy
    (stand_ins.folder / "data").write_text("no program")
    with pytest.raises(EngineMissingError):
        find_program("data")


def test_a_script_without_its_interpreter_is_missing(stand_ins: StandIns) -> None:
    """A file that may be run and cannot is missing too."""
    file = stand_ins.folder / "tool"
    file.write_text("#!/no/such/interpreter\n")
    file.chmod(0o755)
    with pytest.raises(EngineMissingError, match="does not tell"):
        _ = engine("tool").version


def test_a_reply_depends_on_the_prompt_and_the_command() -> None:
    """Another prompt, model, seed or command asks again; a time limit does not."""
    one = engine("tool", "{model}")
    assert one.inputs(request(), HASTY) == one.inputs(request(), SAMPLING)
    others = [
        one.inputs(request("other"), SAMPLING),
        one.inputs(request(system="other"), SAMPLING),
        one.inputs(request(), replace(SAMPLING, seed=3)),
        replace(one, tool=replace(one.tool, model="other")).inputs(request(), SAMPLING),
        replace(one, command=("tool", "-x", "{model}")).inputs(request(), SAMPLING),
        engine("tool", "{model}", json=JsonPaths("x")).inputs(request(), SAMPLING),
    ]
    everything = [json.dumps(each) for each in (one.inputs(request(), SAMPLING), *others)]
    assert len(set(everything)) == 7


def test_a_model_without_a_command_is_refused() -> None:
    """An engine that runs tools needs a command and what is said about the tool."""
    lacking = replace(model("llm"), tool=None)
    with pytest.raises(ConfigError, match="command and tool"):
        build_engine("mine", lacking, Surroundings(None, no_sandbox))
