"""What a language model is asked: the task's prompts, filled in for one example."""

from __future__ import annotations

from sse_steps.infer.engine import Request
from sse_steps.labels.template import filled
from sse_steps.records import Case, Example, Failure, LabelledExample
from sse_steps.tasks import Prompts

_FUNCTION = "Define exactly this function: {signature}"
_FALLIBLE = {
    Failure.ERR: "Return Err where the Python raises an exception.",
    Failure.NONE: "Return None where the Python raises an exception.",
    Failure.PANIC: "Panic where the Python raises an exception.",
}
_PROGRAM = (
    "Write a complete program with fn main. It gets the same command-line arguments and standard "
    "input, prints exactly the same, and ends with the same exit code."
)


def build_request(example: Example | LabelledExample, prompts: Prompts) -> Request:
    """Fill the task's prompts for one example: a program, or a record with a label.

    A program's template without `{requirement}` gets it at the end: without the signature that the
    cases need a right answer would be a matter of luck.

    Raises:
        CorpusError: the record lacks a key that the prompts ask for.
    """
    if isinstance(example, LabelledExample):
        origin = f"The example '{example.id}'"
        system, user = (
            filled(text, example.fields, origin) for text in (prompts.system, prompts.user_template)
        )
        return Request(example, system.strip(), user.strip())
    return _about_program(example, prompts)


def _about_program(example: Example, prompts: Prompts) -> Request:
    template = prompts.user_template
    if "{requirement}" not in template:
        template = f"{template.rstrip()}\n{{requirement}}\n"
    before, python, after = template.partition("{python_code}")
    fill = requirement(example)
    user = before.replace("{requirement}", fill) + (example.python.strip() if python else "")
    user += after.replace("{requirement}", fill)
    return Request(example, prompts.system.strip(), user.strip())


def requirement(example: Example) -> str:
    """Return what the answer must look like to be judged; nothing where it cannot be judged."""
    if not example.cases:
        return ""
    if example.signature is None:
        return _PROGRAM
    text = _FUNCTION.format(signature=example.signature)
    failures = {case.failure for case in example.cases if isinstance(case, Case) and case.raises}
    return "\n".join([text, *(_FALLIBLE[failure] for failure in sorted(failures))])
