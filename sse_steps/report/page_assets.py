"""What is inlined into the page: styles, scripts, data, and the policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files

from markupsafe import Markup

# In the order in which they define one another.
_D3 = [
    "array",
    "color",
    "interpolate",
    "format",
    "time",
    "time-format",
    "scale",
    "selection",
    "axis",
]
_SCRIPTS = [
    "elements",
    "wording",
    "figures",
    "tooltip",
    "chart",
    "bars",
    "matrix",
    "dialog",
    "tables",
    "page",
]


def page_script() -> str:
    """Return D3's modules with their licence and our scripts, as one script of one scope."""
    d3 = "\n".join(_template(f"d3/d3-{name}.min.js") for name in _D3)
    ours = "\n".join(_template(f"{name}.js") for name in _SCRIPTS)
    licence = _template("d3/LICENSE").replace("*/", "")
    return f'/* D3, https://d3js.org\n{licence}*/\n{d3}\n(() => {{\n"use strict";\n{ours}\n}})();\n'


def page_style() -> str:
    """Return the page's style sheet."""
    return _template("report.css")


def content_policy(script: str, style: str) -> str:
    """Return a Content-Security-Policy: this script, this style, no request of any kind."""
    scripts = _source_hash(script) if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src {_source_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def embedded_json(data: object) -> Markup:
    """Return JSON that no HTML parser takes for markup, whatever texts are in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    escaped = re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)
    # Safe: no character is left that opens a tag or an entity.
    return Markup(escaped)  # noqa: S704


def styles_as_classes(markup: str) -> tuple[str, list[str]]:
    """Return SVG without style attributes and elements, and the rules that stand for them.

    Matplotlib writes them; the policy allows none that is not in the style sheet. A class is named
    after what it says, so that charts share it.
    """
    rules: dict[str, str] = {}

    def class_of(found: re.Match[str]) -> str:
        name = f"m{hashlib.sha256(found[1].encode()).hexdigest()[:10]}"
        rules[f".{name}"] = found[1]
        return f' class="{name}"'

    bare = re.sub(r"<style[^>]*>.*?</style>", "", markup, flags=re.DOTALL)
    bare = re.sub(r"<[^>]*>", lambda tag: re.sub(r' style="([^"]*)"', class_of, tag[0]), bare)
    return bare, [f"{name} {{ {rule} }}\n" for name, rule in sorted(rules.items())]


def _source_hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _template(name: str) -> str:
    return (files("sse_steps.report") / "templates" / name).read_text(encoding="utf-8")
