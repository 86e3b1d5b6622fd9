"""What a language model is asked: the task's prompts with the program and what the cases need."""

from __future__ import annotations

from sse_steps.infer.engine import Request
from sse_steps.records import Case, Example, Failure
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


def build_request(example: Example, prompts: Prompts) -> Request:
    """Fill the task's prompts for one example.

    A template without `{requirement}` gets it at the end: without the signature that the cases need
    a right answer would be a matter of luck.
    """
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
