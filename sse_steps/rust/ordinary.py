"""Whether a candidate may be compiled in one crate with others.

Among others it must get the verdict that it would get alone: it must neither see nor change its
neighbours, and mean the same in a module as at the root of a crate. A candidate that is ordinary
and called unusual only costs time, so whatever is rare in honest code is unusual. Macros of its own
are ordinary: without an attribute they end with their module, they cannot put together a word that
the text does not have, and one that never ends only has its batch split. What slips through can at
most have a neighbour compiled alone, since no fault that is found in a batch is taken for granted.
"""

from __future__ import annotations

import re

_LONGEST = 64 << 10  # characters

# Comments and literals of Rust, but for nested comments and raw strings, which are unusual.
_COMMENT_OR_LITERAL = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*(?:[^*/]|\*(?!/)|/(?!\*))*\*/ )
    | b?"(?:[^"\\]|\\.)*"
    | b?'(?:[^'\\\n]|\\[^\n']+|\\')'
    """,
    re.VERBOSE | re.DOTALL,
)
_NESTED_COMMENT_OR_RAW = re.compile(r"""/\*|\b(?:r|br|c|cr)\"""")
_HARMLESS = re.compile(
    r"#!?\[(?:allow|warn)\([\w\s,:]*\)\]"
    r"|#\[(?:derive\([\w\s,:]*\)|inline(?:\(\w+\))?|must_use|default|test|cfg\(test\)|should_panic|"
    r"repr\([\w\s,()]*\)|non_exhaustive|track_caller|cold)\]"
    r"|\bpub\s*\(\s*crate\s*\)"
    r"|\bmod\s+\w+\s*\{\s*use\s+super::\*;"
)
_UNUSUAL = re.compile(
    r"#"  # other attributes, raw identifiers
    r"|\b(?:unsafe|extern|macro|crate|super|fs|net|os|ffi|Command|Location|location|Backtrace)\b"
    r"|\b(?:judge|include|concat|type_name|asm|global_asm|module_path|set_hook|take_hook)\w*\b"
    r"|\b(?:env|option_env|file|line|column|stringify)\s*!"
    r"|\b(?:std|core)\s*::[^;]{0,500}?\b(?:file|line|column|stringify)\s+as\b"
    r"|\$\w+\s*!"  # a macro that calls what it is given
    r"|\bmod\s+\w+\s*;"
    r"|[\u0085\u200e\u200f\u2028\u2029]"  # white space to rustc alone
)
# `impl Trait for Own`, `impl Own`, and `impl Trait` as a type; whatever else is unusual.
_GENERICS = r"(?:<[\w\s,:'+?<>()&=\[\]]{0,200}>)?"
_IMPLEMENTATION = re.compile(
    rf"\bimpl\b(?:\s*{_GENERICS}\s*(?:[\w:]{{1,100}}{_GENERICS}\s+for\s+)?(?P<own>[A-Z]\w*))?"
)
_BEFORE_A_TYPE = re.compile(r"[(:,>&<=+]\s*$")
_DECLARED = re.compile(r"\b(?:struct|enum)\s+(\w+)")


_PLAIN_MAIN = re.compile(r"^(?:pub )?fn main\(\) *(?:\{|->)", re.MULTILINE)


def has_plain_main(rust: str) -> bool:
    """Return whether a program seems to have a main function of the usual form."""
    return _PLAIN_MAIN.search(rust) is not None


def is_ordinary(rust: str, *, is_program: bool = False) -> bool:
    """Return whether a candidate may share a crate with others.

    A program has to have a main function of the usual form: what rustc says of another one it says
    only of a whole crate.
    """
    if len(rust) > _LONGEST or (is_program and not has_plain_main(rust)):
        return False
    text = _COMMENT_OR_LITERAL.sub(lambda found: " " if found["comment"] else '""', rust)
    if _NESTED_COMMENT_OR_RAW.search(text) or '"' in text.replace('""', ""):
        return False
    text = _HARMLESS.sub(" ", text)
    return not _UNUSUAL.search(text) and _implements_only_for_its_own_types(text)


def _implements_only_for_its_own_types(text: str) -> bool:
    """Whether nothing is implemented for a type of others.

    `impl Mul<Vector> for f64` takes part in the inference of every module of the crate.
    """
    own = set(_DECLARED.findall(text))
    return all(
        found["own"] in own
        or _BEFORE_A_TYPE.search(text, max(0, found.start() - 20), found.start())
        for found in _IMPLEMENTATION.finditer(text)
    )
