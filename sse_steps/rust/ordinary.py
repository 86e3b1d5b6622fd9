"""Whether a candidate may be compiled in one crate with others.

Among others it must get the verdict that it would get alone: it must neither see nor change its
neighbours, and mean the same in a module as at the root of a crate. A candidate that is ordinary
and called unusual only costs time, so whatever is rare in honest code is unusual. Macros of its own
are ordinary: without an attribute they end with their module, they cannot put together a word that
the text does not have, and one that never ends only has its batch split.
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
    r"#!?\[(?:(?:derive|allow|warn)\([\w\s,:]*\)|inline(?:\(\w+\))?|must_use|default|test|"
    r"cfg\(test\)|should_panic|repr\([\w\s,()]*\)|non_exhaustive|track_caller|cold)\]"
    r"|\bpub\s*\(\s*crate\s*\)"
    r"|\bmod\s+\w+\s*\{\s*use\s+super::\*;"
)
_UNUSUAL = re.compile(
    r"#"  # other attributes, raw identifiers
    r"|\b(?:unsafe|extern|macro|crate|super|fs|net|os|ffi|Command|Location)\b"
    r"|\b(?:judge|include|concat|type_name|asm|global_asm)\w*\b"
    r"|\b(?:env|option_env|file|line|column|module_path|stringify)\s*!"
    r"|\bmod\s+\w+\s*;"
)
_IMPLEMENTATION = re.compile(r"\bimpl\b([^{;]*)\{")
_IMPLEMENTED_FOR = re.compile(r"\bfor\b(?!\s*<)\s*([^\s<{]*)")
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
    """Whether no trait is implemented for a type of others.

    `impl Mul<Vector> for f64` takes part in the inference of every module of the crate.
    """
    own = set(_DECLARED.findall(text))
    targets = (_IMPLEMENTED_FOR.search(header) for header in _IMPLEMENTATION.findall(text))
    return all(target[1] in own for target in targets if target)
