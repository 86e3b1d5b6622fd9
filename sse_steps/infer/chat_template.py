"""Render the chat template that comes with a model. It is a program from a stranger: we bound it.

Jinja's sandbox closes the ways out to Python, but leaves a template free to eat time and memory: a
text doubled forty times, loops in loops, a list that holds another list twice, and so on. So only a
part of the language is let in, chosen so that every value is a text, a number, or a piece of the
conversation, and everything that can grow is paid for from a budget: loops by the round, texts by
the character. The templates of current chat models need no more than that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import do_default
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from sse_steps.errors import ModelFormatError

MAX_SOURCE: Final = 32_768  # characters; the longest template in common use has about 12,000
MAX_WORK: Final = 4_000_000  # characters made, or their worth
ROUND_COST: Final = 1_000  # characters that one round of a loop is worth

ADMITTED_NODES: Final = (
    *(nodes.Template, nodes.TemplateData, nodes.Output, nodes.Assign, nodes.NSRef, nodes.Name),
    *(nodes.If, nodes.For, nodes.Break, nodes.Continue, nodes.CondExpr, nodes.Const, nodes.List),
    *(nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Call, nodes.Keyword),
    *(nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Add, nodes.Sub, nodes.Mod, nodes.Neg, nodes.Concat),
)
ADMITTED_TESTS: Final = (
    *("boolean", "defined", "eq", "equalto", "even", "false", "float", "in", "integer", "iterable"),
    *("mapping", "ne", "none", "number", "odd", "sequence", "string", "true", "undefined"),
)
ADMITTED_METHODS: Final[Mapping[type, Collection[str]]] = {
    str: (
        *("capitalize", "endswith", "find", "lower", "lstrip", "rstrip"),
        *("split", "startswith", "strip", "title", "upper"),
    ),
    dict: ("get", "items", "keys", "values"),
}
# Filters that `Meter` adds; with a space in their names no template can call them.
ROUNDS: Final = "loop rounds"
JOINED: Final = "joined texts"
PAID: Final = "paid result"


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A model's chat template, with the texts of the special tokens that it may name."""

    source: str
    bos_token: str = ""
    eos_token: str = ""


def render_chat(template: ChatTemplate, messages: Sequence[Mapping[str, str]]) -> str:
    """Return the conversation as the model was taught to read it, up to where its answer begins.

    Args:
        template: the model's own template.
        messages: each with `role` and `content`.

    Raises:
        ModelFormatError: the template is broken, asks for more than it may have, or refuses the
            conversation.

    """
    contents = sum(len(message["content"]) for message in messages)
    environment = BoundedEnvironment(MAX_WORK + 16 * contents)
    try:
        compiled = environment.from_string(admit(environment, template.source))
        pieces = compiled.generate(
            messages=[dict(message) for message in messages],
            add_generation_prompt=True,
            bos_token=template.bos_token,
            eos_token=template.eos_token,
            raise_exception=_raise_exception,
        )
        return "".join(environment.pay_text(piece) for piece in pieces)
    except Exception as error:  # a stranger's program may fail in any way
        wrong = f"The model's chat template cannot be used: {type(error).__name__}: {error}"
        remedy = "Use another build of the model; its file holds the template."
        raise ModelFormatError(wrong[:500], remedy) from error


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja with a budget, and without what can grow unpaid."""

    intercepted_binops = frozenset("+-%")

    def __init__(self, budget: int) -> None:
        # The settings that templates are written for: transformers, utils/chat_template_utils.py.
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.loopcontrols"],
            finalize=scalar,
        )
        self.budget = budget
        self.filters = self._filters()
        self.tests = {name: self.tests[name] for name in ADMITTED_TESTS}
        self.globals = {"range": self.globals["range"], "namespace": Namespace}

    def pay(self, cost: int) -> None:
        """Take from the budget."""
        self.budget -= cost
        if self.budget < 0:
            raise SecurityError("it does more work than any chat template needs")

    def pay_text(self, text: str) -> str:
        """Take a text's length from the budget."""
        self.pay(1 + len(text))
        return text

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Let in only methods that make nothing much larger; numbers and lists have none."""
        open_to_read = isinstance(obj, Namespace | LoopContext)
        admitted = open_to_read or attr in ADMITTED_METHODS.get(type(obj), ())
        return admitted and super().is_safe_attribute(obj, attr, value)

    def unsafe_undefined(self, obj: object, attribute: str) -> NoReturn:
        """Refuse at once; jinja would go on with an undefined value, which prints nothing."""
        kind = type(obj).__name__
        raise SecurityError(f"access to attribute {attribute!r} of {kind!r} is not admitted")

    def wrap_str_format(self, value: object) -> None:
        """Give `str.format` no way around `is_safe_attribute`: a width in it can be any number."""

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Add texts or compute with small integers, nothing else (`%` also formats texts)."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            self.pay(len(left) + len(right))
        elif not isinstance(left, int) or not isinstance(right, int):
            kinds = f"{type(left).__name__} {operator} {type(right).__name__}"
            raise SecurityError(f"{kinds} is not supported")
        elif abs(left) + abs(right) > 2**62:
            raise SecurityError("an integer is too large")
        return super().call_binop(context, operator, left, right)

    def _filters(self) -> dict[str, Callable[..., Any]]:
        def text(change: Callable[[str], str]) -> Callable[[object], str]:
            return lambda value: self.pay_text(change(str(scalar(value))))

        changes: tuple[Callable[[str], str], ...]
        changes = (str.upper, str.lower, str.capitalize, str.title)
        return {
            **{change.__name__: text(change) for change in changes},
            "trim": text(str.strip),
            "string": text(str),
            "length": len,
            "count": len,
            "first": lambda value: value[0],
            "last": lambda value: value[-1],
            "default": do_default,
            "tojson": self._to_json,
            ROUNDS: self._rounds,
            JOINED: self._joined,
            PAID: self._paid,
        }

    def _to_json(self, value: object, indent: int | None = None) -> str:
        if indent is not None and not 0 <= indent <= 8:
            raise SecurityError(f"an indent of {indent}")
        return self.pay_text(json.dumps(value, ensure_ascii=False, indent=indent))

    def _rounds(self, values: Iterable[object]) -> list[object]:
        rounds = list(values)
        self.pay(ROUND_COST * (1 + len(rounds)))
        return rounds

    def _joined(self, values: tuple[object, ...]) -> str:
        texts = [str(scalar(value)) for value in values]
        self.pay(1 + sum(len(text) for text in texts))
        return "".join(texts)

    def _paid(self, value: object) -> object:
        if isinstance(value, str):
            return self.pay_text(value)
        self.pay(64 * (1 + len(value)) if isinstance(value, list) else 64)
        return value


class Meter(NodeTransformer):
    """Puts a payment around every loop, joining of texts, call and slice of a template."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 (jinja2 finds it by this name)
        """Pay by the round; the loop that calls itself is refused."""
        if node.recursive:
            raise SecurityError("it has a recursive loop")
        self.generic_visit(node)
        node.iter = _filtered(node.iter, ROUNDS)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 (as above)
        """Pay for a text before it is made."""
        self.generic_visit(node)
        return _filtered(nodes.Tuple(node.nodes, "load", lineno=node.lineno), JOINED)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 (as above)
        """Pay for what a method returns; it is at most a few times as large as its text."""
        return _filtered(self.generic_visit(node), PAID)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802 (as above)
        """Pay for the copy that a slice makes."""
        self.generic_visit(node)
        return _filtered(node, PAID) if isinstance(node.arg, nodes.Slice) else node


def admit(environment: jinja2.Environment, source: str) -> nodes.Template:
    """Parse a template, refuse what is not admitted, and meter the rest."""
    if len(source) > MAX_SOURCE:
        raise SecurityError(f"it has {len(source)} characters, more than {MAX_SOURCE}")
    tree = environment.parse(source)
    for node in tree.find_all(nodes.Node):
        kind = type(node).__name__
        if type(node) not in ADMITTED_NODES:
            raise SecurityError(f"line {node.lineno}: {kind} is not admitted")
        if isinstance(node, nodes.List | nodes.Tuple) and not _is_constant_or_target(node):
            raise SecurityError(f"line {node.lineno}: a {kind} of other than constants")
    Meter().visit(tree)
    return tree


def _is_constant_or_target(node: nodes.List | nodes.Tuple) -> bool:
    """Whether a list cannot hold another: one that holds it twice, n times over, prints as 2**n."""
    if isinstance(node, nodes.Tuple) and node.ctx == "store":
        return True
    return all(isinstance(item, nodes.Const) for item in node.items)


def scalar(value: object) -> object:
    """Return a value that prints in one piece; a list or a namespace could print without end."""
    if value is None or isinstance(value, str | int | float | jinja2.Undefined):
        return value
    raise SecurityError(f"it prints a {type(value).__name__}")


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _raise_exception(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)
