"""The Rust in a reply: fenced or bare, with prose around it, in one block or several."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*$", re.MULTILINE)
_RUST_TAGS = {"rust", "rs"}
_OTHER_TAGS = {"python", "py", "bash", "sh", "shell", "console", "toml", "text", "json", "output"}
_FUNCTION = re.compile(r"\bfn\s+(\w+)")
_ITEM = re.compile(
    r"^(?:#!?\[|//|/\*|(?:pub(?:\([^)]*\))?\s+)?"
    r"(?:use|fn|struct|enum|impl|mod|const|static|type|trait|unsafe|async|extern|macro_rules!)\b)",
    re.MULTILINE,
)


def extract_rust(reply: str, function: str | None) -> str | None:
    """Return the Rust of a reply, or None where there is none.

    Of several blocks the one that defines what is asked for wins: `function`, or `main` for a
    program. Otherwise it is the first block in Rust. A block that never ends is taken to its end.

    Args:
        reply: what the model wrote.
        function: the name of the function that is called, None for a program.
    """
    blocks = _blocks(reply)
    if not blocks:
        return _bare_code(reply)
    tagged = [text for tag, text in blocks if tag in _RUST_TAGS]
    candidates = tagged or [text for tag, text in blocks if tag not in _OTHER_TAGS]
    wanted = function or "main"
    defining = [text for text in candidates if wanted in _FUNCTION.findall(text)]
    chosen = defining or candidates
    return chosen[0] if chosen and chosen[0].strip() else None


def _blocks(reply: str) -> list[tuple[str, str]]:
    """Return the tag and the text of each fenced block."""
    blocks, opening = [], None
    for fence in _FENCE.finditer(reply):
        if opening is None:
            opening = fence
        elif not fence[2] and fence[1].startswith(opening[1]):
            blocks.append((opening[2].lower(), reply[opening.end() : fence.start()].lstrip("\n")))
            opening = None
    if opening is not None:
        blocks.append((opening[2].lower(), reply[opening.end() :].lstrip("\n")))
    return blocks


def _bare_code(reply: str) -> str | None:
    """Return an unfenced reply from its first Rust item to its last closing brace."""
    start = _ITEM.search(reply)
    if start is None or "fn " not in reply:
        return None
    end = reply.rfind("}")
    return reply[start.start() : end + 1] + "\n" if end > start.start() else reply[start.start() :]
