"""Task files: the seed's format, its defaults, and clear errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_steps.errors import CratesError, TaskFileError
from sse_steps.tasks import Evaluation, GroundTruth, Metric, Task, load_task, load_tasks

ROOT = Path(__file__).parents[1]
HEAD = "task: {id: t, domain: code-transpile, description: d}\ncorpus: tasks/c\n"
PROMPTS = "prompts: {system: s, user_template: 'x {python_code}'}\n"
SMALLEST = HEAD + PROMPTS


def load(folder: Path, text: str | bytes) -> Task:
    """Load a task file with this text."""
    (folder / "t.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_task("t", folder)


def fault_of(folder: Path, text: str | bytes) -> TaskFileError:
    """Return the error of a task file, after checking that it has two lines and names the file."""
    with pytest.raises(TaskFileError) as caught:
        load(folder, text)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(lines)
    assert str(folder / "t.yaml") in lines[0]
    return caught.value


def test_defaults_are_the_seed_s(tmp_path: Path) -> None:
    """What a task leaves out is as the seed has it."""
    task = load(tmp_path, SMALLEST)
    assert task.evaluation == Evaluation(
        samples=100, timeout_ms=30000, temperature=0.0, max_tokens=4096, runs=5
    )
    assert task.evaluation.metrics == (Metric.ACCURACY, Metric.COST, Metric.LATENCY)
    assert task.ground_truth.type is GroundTruth.COMPILER
    assert task.ground_truth.run_tests is True


def test_everything_that_is_given_is_read(tmp_path: Path) -> None:
    """Every key of the format reaches the task."""
    text = SMALLEST + (
        "evaluation: {samples: 3, timeout_ms: 1000, temperature: 0.7, max_tokens: 99, runs: 2,"
        " metrics: [cost]}\nground_truth: {type: compiler, run_tests: true}\n"
    )
    task = load(tmp_path, text)
    assert task.task.id == "t"
    assert task.corpus == "tasks/c"
    assert task.prompts.user_template == "x {python_code}"
    assert task.evaluation == Evaluation(3, 1000, 0.7, 99, 2, (Metric.COST,))
    assert task.ground_truth.run_tests is True


def test_allowed_crates_are_read(tmp_path: Path) -> None:
    """A task names crates that the lock file pins; without a word it allows none."""
    assert load(tmp_path, SMALLEST).verify.crates == ()
    text = SMALLEST + f"verify: {{crates: [regex, num-bigint], lock: '{ROOT}/tasks/crates'}}\n"
    assert load(tmp_path, text).verify.crates == ("regex", "num-bigint")


@pytest.mark.parametrize(
    ("crates", "wrong", "remedy"),
    [
        ("[regx]", "'regx'", "Did you mean 'regex'?"),
        ("[num_bigint]", "'num_bigint'", "Did you mean 'num-bigint'?"),
        ("[tokio]", "'tokio'", "Valid names: anyhow, "),
    ],
)
def test_crates_that_are_not_pinned_get_the_nearest(
    tmp_path: Path, crates: str, wrong: str, remedy: str
) -> None:
    """A crate that the lock file does not name directly is an error in two lines."""
    with pytest.raises(CratesError) as caught:
        load(tmp_path, SMALLEST + f"verify: {{crates: {crates}, lock: '{ROOT}/tasks/crates'}}\n")
    assert wrong in caught.value.wrong
    assert caught.value.remedy.startswith(remedy)


def test_the_project_s_own_tasks_load() -> None:
    """Every task file of this project fits, and its corpus is there."""
    paths = set((ROOT / "tasks").glob("*.yaml")) - set((ROOT / "tasks").glob("golden_prompts*"))
    assert paths
    for path in paths:
        assert (ROOT / load_task(path.stem, path.parent).corpus).exists()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (PROMPTS + "corpus: c\n", "task"),
        (HEAD, "prompts"),
        (HEAD + "prompts: {system: s}\n", "prompts.user_template"),
        (SMALLEST.replace("id: t, ", ""), "task.id"),
        (SMALLEST + "evaluation: {runs: 0}\n", "evaluation.runs"),
        (SMALLEST + "evaluation: {runs: many}\n", "evaluation.runs"),
        (SMALLEST + "evaluation: {runs: 1.5}\n", "evaluation.runs"),
        (SMALLEST + "evaluation: {runs: null}\n", "evaluation.runs"),
        (SMALLEST + "evaluation: {temperature: -0.1}\n", "evaluation.temperature"),
        (SMALLEST + "evaluation: {metrics: [speed]}\n", "evaluation.metrics.0"),
        (SMALLEST + "evaluation: [runs]\n", "evaluation"),
        (SMALLEST + "ground_truth: {type: opinion}\n", "ground_truth.type"),
        (SMALLEST + "ground_truth: {run_tests: perhaps}\n", "ground_truth.run_tests"),
        (SMALLEST.replace("tasks/c", "[1]"), "corpus"),
        (SMALLEST + "verify: {crates: regex}\n", "verify.crates"),
        (SMALLEST + "verify: {crates: [1]}\n", "verify.crates.0"),
        ("", "the whole"),
        ("- a\n", "the whole"),
        ("just text", "the whole"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, key: str) -> None:
    """A value that is missing or does not fit is named by its path."""
    assert f"'{key}'" in fault_of(tmp_path, text).wrong


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ("evaluation: {temprature: 1}\n", "evaluation.temprature", "temperature"),
        ("evaluation: {run: 1}\n", "evaluation.run", "runs"),
        ("evaluations: {}\n", "evaluations", "evaluation"),
        ("ground_truth: {run_test: true}\n", "ground_truth.run_test", "run_tests"),
        ("verify: {crate: [regex]}\n", "verify.crate", "crates"),
    ],
)
def test_unknown_keys_get_the_nearest(tmp_path: Path, text: str, key: str, near: str) -> None:
    """A misspelt key is named, with the key that was meant."""
    fault = fault_of(tmp_path, SMALLEST + text)
    assert f"'{key}'" in fault.wrong
    assert f"'{near}'" in fault.remedy


def test_a_prompt_without_the_program_is_an_error(tmp_path: Path) -> None:
    """A template that would show no program to the model is refused."""
    fault = fault_of(tmp_path, HEAD + "prompts: {system: s, user_template: 'do it'}\n")
    assert "{python_code}" in fault.remedy


@pytest.mark.parametrize(
    "text",
    [b"\xff\xfe", "task: [", "task: !!python/object/apply:os.getcwd []", "a: *b", "a:\n\t- b"],
)
def test_what_is_no_yaml_is_an_error(tmp_path: Path, text: str | bytes) -> None:
    """Another encoding, broken YAML and tags that construct objects are errors."""
    fault_of(tmp_path, text)


@pytest.mark.parametrize("text", ["corpus: 2024-13-45", "corpus: !!int x"])
def test_scalars_that_yaml_cannot_make_are_errors(tmp_path: Path, text: str) -> None:
    """A scalar that looks like a date or a number and is none is an error like any other."""
    fault_of(tmp_path, text)


def test_a_missing_task_gets_the_nearest(tmp_path: Path) -> None:
    """The name of a task that is not there is answered with the one that was meant."""
    (tmp_path / "python_to_rust.yaml").write_text(SMALLEST, encoding="utf-8")
    with pytest.raises(TaskFileError) as caught:
        load_task("python_to_rst", tmp_path)
    assert str(caught.value).splitlines() == [
        f"There is no task 'python_to_rst' in '{tmp_path}'.",
        "Did you mean 'python_to_rust'?",
    ]


def test_a_folder_without_tasks_says_so(tmp_path: Path) -> None:
    """Where there is no task at all the remedy offers none."""
    with pytest.raises(TaskFileError) as caught:
        load_task("t", tmp_path)
    assert caught.value.remedy == "There is nothing to choose from."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_is_a_task_or_an_error_in_two_lines(tmp_path: Path, text: str) -> None:
    """Whatever follows a good beginning, the file loads or says in two lines why not."""
    data = (SMALLEST + text).encode(errors="surrogatepass")
    try:
        load(tmp_path, data)
    except TaskFileError:
        fault_of(tmp_path, data)


def test_tasks_are_loaded_from_a_folder_or_a_pattern() -> None:
    """`load_tasks` reads every task file of a folder, or those that a pattern names."""
    folder = Path(__file__).parents[1] / "tasks"
    by_folder = load_tasks(folder)
    assert by_folder == load_tasks(f"{folder}/*.yaml")
    names = {path.stem for path in folder.glob("*.yaml")}
    assert list(by_folder) == sorted(
        names - {"golden_prompts", "golden_prompts_short"}
    )  # which lie there and are none
    assert all(isinstance(task, Task) for task in by_folder.values())


def test_no_task_and_two_of_one_name_are_told(tmp_path: Path) -> None:
    """A pattern that finds nothing, or one name twice, is a fault."""
    with pytest.raises(TaskFileError, match="no task file"):
        load_tasks(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        source = Path(__file__).parents[1] / "tasks" / "python_to_rust.yaml"
        (tmp_path / name / "t.yaml").write_bytes(source.read_bytes())
    with pytest.raises(TaskFileError, match="two tasks"):
        load_tasks(f"{tmp_path}/*/*.yaml")
