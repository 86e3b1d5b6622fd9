"""A corpus of labelled records: JSON lines, one record a line, read without running anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sse_steps.corpus.json_lines import Entry, read_json_lines, text_of
from sse_steps.corpus.source import Unusable
from sse_steps.errors import CorpusError
from sse_steps.labels.answers import answer_in
from sse_steps.labels.rules import AnswerRules
from sse_steps.labels.scoring import grade, normalised
from sse_steps.labels.template import lacking
from sse_steps.records import LabelledExample

FORMAT = "labelled JSON lines"


@dataclass(frozen=True, slots=True)
class LabelledCorpus:
    """A corpus as it was read: every line is either an example or unusable."""

    examples: tuple[LabelledExample, ...]
    unusable: tuple[Unusable, ...]

    @property
    def entries(self) -> int:
        """How many records there are."""
        return len(self.examples) + len(self.unusable)


def read_labelled(path: Path, rules: AnswerRules, keys: Sequence[str]) -> LabelledCorpus:
    """Read the records of a file; what cannot be used is listed with its reason.

    A record is named by its `id`, or by the number of its line. Its label is a text or a number, or
    a list of them of which each is right.

    Args:
        path: the file.
        rules: where the label is and what it may be.
        keys: what the task's prompt asks for of a record.

    Raises:
        CorpusError: there is no file at `path`, or a labelled record lacks one of `keys`.
    """
    if not path.is_file():
        raise CorpusError(
            f"There is no file at '{path}'.",
            "A task of labels has a file of JSON lines as its `corpus`; mend the path.",
        )
    kept: dict[str, LabelledExample] = {}
    unusable: list[Unusable] = []
    for found in _records(path, rules, keys):
        if isinstance(found, Unusable):
            unusable.append(found)
        elif found[1].id in kept:
            unusable.append(Unusable(found[0], f"the id {found[1].id!r:.80} is taken"))
        else:
            kept[found[1].id] = found[1]
    return LabelledCorpus(tuple(kept.values()), tuple(unusable))


def _records(
    path: Path, rules: AnswerRules, keys: Sequence[str]
) -> Iterator[tuple[str, LabelledExample] | Unusable]:
    """Yield each record with where it stands, or why it cannot be used."""
    for entry in read_json_lines(path):
        if isinstance(entry, Unusable):
            yield entry
            continue
        example = _example(entry, rules, keys)
        yield example if isinstance(example, Unusable) else (entry.origin, example)


def _example(entry: Entry, rules: AnswerRules, keys: Sequence[str]) -> LabelledExample | Unusable:
    answers = _answers(entry, rules)
    if isinstance(answers, Unusable):
        return answers
    name, fields = _name(entry), _fields(entry, keys)
    if isinstance(name, Unusable):
        return name
    return fields if isinstance(fields, Unusable) else LabelledExample(name, answers, fields)


def _name(entry: Entry) -> str | Unusable:
    value = entry.data.get("id", entry.origin.rpartition(":")[2])
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    name = text_of(Entry(entry.origin, {"id": value}), "id")
    if isinstance(name, str) and not name.strip():
        return Unusable(entry.origin, f"'id' is {name!r:.80}, which is no name")
    return name


def _answers(entry: Entry, rules: AnswerRules) -> tuple[str, ...] | Unusable:
    """Return the right answers of a record, each of which would be judged right."""
    key = rules.label_key
    if entry.data.get(key) in (None, "", []):
        return Unusable(entry.origin, f"it has no label under '{key}'")
    value = entry.data[key]
    found = []
    for each in value if isinstance(value, list) else [value]:
        answer = _answer(entry, each, rules)
        if isinstance(answer, Unusable):
            return answer
        found.append(answer)
    return tuple(dict.fromkeys(found))


def _answer(entry: Entry, value: object, rules: AnswerRules) -> str | Unusable:
    if not isinstance(value, str | int | float):
        return Unusable(entry.origin, f"'{rules.label_key}' is {value!r:.80}, which is no label")
    text = text_of(Entry(entry.origin, {rules.label_key: _as_text(value)}), rules.label_key)
    if isinstance(text, Unusable):
        return text
    by_case = {label.casefold(): label for label in rules.labels}
    answer = by_case.get(" ".join(text.split()).casefold()) if rules.labels else text.strip()
    if answer is None:
        return Unusable(entry.origin, f"its label {text!r:.80} is none of the task's labels")
    if not rules.labels and not normalised(answer):
        return Unusable(entry.origin, f"of its label {text!r:.80} no word is left to compare")
    if not grade(answer_in(answer, rules.labels), (answer,), rules).is_right:
        return Unusable(entry.origin, f"a reply that is its label {text!r:.80} would be wrong")
    return answer


def _fields(entry: Entry, keys: Sequence[str]) -> dict[str, str] | Unusable:
    """Return what a prompt asks for of a record.

    Raises:
        CorpusError: the record lacks one of `keys`.
    """
    fields: dict[str, str] = {}
    for key in keys:
        if entry.data.get(key) is None:
            path, _, line = entry.origin.rpartition(":")
            raise lacking(key, f"'{path}', line {line},")
        text = text_of(Entry(entry.origin, {key: _as_text(entry.data[key])}), key)
        if isinstance(text, Unusable):
            return text
        fields[key] = text
    return fields


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
