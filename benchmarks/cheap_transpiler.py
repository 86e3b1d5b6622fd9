"""A real, small, rule-based transpiler: the little Python of `synthetic_corpus` to Rust.

It knows integers, lists of them, loops, comprehensions and exceptions. What it is not told to know
it gets wrong as hasty transpilers do, so that its output earns every kind of verdict.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

_TYPES = {"int": "i64", "list[int]": "Vec<i64>"}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Mod: "%", ast.FloorDiv: "/",
    ast.Eq: "==", ast.NotEq: "!=", ast.Gt: ">", ast.Lt: "<",
}  # fmt: skip
_FLOORED = "{{ let (a, b) = ({0}, {1}); (a - ((a % b) + b) % b) / b }}"
_REMAINDER = "{{ let (a, b) = ({0}, {1}); ((a % b) + b) % b }}"


@dataclass(frozen=True, slots=True)
class Transpiler:
    """Which of Python's ways it knows.

    `floors`: that // and % round down, where Rust's / and % round towards zero. `raises`: that an
    exception is an Err. Without it the word `raise` stays in the Rust, which no compiler takes.
    """

    floors: bool = True
    raises: bool = True

    def rust(self, python: str) -> str:
        """Return the Rust of a module with one function.

        Raises:
            KeyError, NotImplementedError: it says something that this transpiler has no word for.
        """
        (function,) = ast.parse(python).body
        assert isinstance(function, ast.FunctionDef)
        assert function.returns is not None
        parameters = ", ".join(
            f"{each.arg}: {_TYPES[ast.unparse(each.annotation)]}"
            for each in function.args.args
            if each.annotation is not None
        )
        result = _TYPES[ast.unparse(function.returns)]
        fallible = self.raises and any(isinstance(each, ast.Raise) for each in ast.walk(function))
        result = f"Result<{result}, String>" if fallible else result
        body = "".join(self._statement(each, 1, fallible) for each in function.body)
        return f"pub fn {function.name}({parameters}) -> {result} {{\n{body}}}\n"

    def _block(self, test: str, body: list[ast.stmt], depth: int, fallible: bool) -> str:  # noqa: FBT001 - carried along
        inner = "".join(self._statement(each, depth + 1, fallible) for each in body)
        margin = "    " * depth
        return f"{margin}{test} {{\n{inner}{margin}}}\n"

    def _statement(self, node: ast.stmt, depth: int, fallible: bool) -> str:  # noqa: FBT001 - as above
        value = self._value
        match node:
            case ast.If(test, body, []):
                return self._block(f"if {value(test)}", body, depth, fallible)
            case ast.While(test, body, []):
                return self._block(f"while {value(test)}", body, depth, fallible)
            case ast.For(ast.Name(name), over, body, []):
                return self._block(f"for {name} in {value(over)}", body, depth, fallible)
            case ast.Assign([ast.Name(name)], given):
                line = f"{name} = {value(given)};"
                again = name == "rest" and depth > 1  # a variable is declared where it is outermost
                line = line if again else f"let mut {line}"
            case ast.AugAssign(ast.Name(name), operator, given):
                line = f"{name} {_OPERATORS[type(operator)]}= {value(given)};"
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [item], [])):
                line = f"{name}.push({value(item)});"
            case ast.Return(given) if given is not None:
                line = f"return Ok({value(given)});" if fallible else f"return {value(given)};"
            case ast.Raise(ast.Call(_, [ast.Constant(str(said))])) if fallible:
                line = f'return Err("{said}".to_string());'
            case ast.Raise():
                line = ast.unparse(node)
            case _:
                raise NotImplementedError(ast.unparse(node))
        return f"{'    ' * depth}{line}\n"

    def _value(self, node: ast.expr) -> str:  # noqa: C901, PLR0911 - a case for each kind of value
        value = self._value
        match node:
            case ast.Name(name):
                return name
            case ast.Constant(int(number)):
                return str(number)
            case ast.UnaryOp(ast.USub(), operand):
                return f"-{value(operand)}"
            case ast.List([]):
                return "Vec::new()"
            case ast.BinOp(left, ast.FloorDiv(), right) if self.floors:
                return _FLOORED.format(value(left), value(right))
            case ast.BinOp(left, ast.Mod(), right) if self.floors:
                return _REMAINDER.format(value(left), value(right))
            case ast.BinOp(left, operator, right):
                return f"({value(left)} {_OPERATORS[type(operator)]} {value(right)})"
            case ast.Compare(left, [operator], [right]):
                return f"({value(left)} {_OPERATORS[type(operator)]} {value(right)})"
            case ast.Call(ast.Name("max" | "min" as name), [left, right], []):
                return f"std::cmp::{name}({value(left)}, {value(right)})"
            case ast.ListComp(made, [ast.comprehension(ast.Name(name), over, [test])]):
                kept = f".filter(|&{name}| {value(test)}).map(|{name}| {value(made)})"
                return f"{value(over)}.into_iter(){kept.replace('|&', '|&', 1)}.collect()"
        raise NotImplementedError(ast.unparse(node))
