"""The gates that a converted model passes before it is let in: V and T."""

from __future__ import annotations

from dataclasses import dataclass

from sse_steps.models.gates import Finding, Gate, Severity


@dataclass(frozen=True)
class Loads(Gate):
    """V1: an engine can put the model into memory."""

    code = "V1"
    severity = Severity.SKIP
    question = "Does it load?"
    remedy = "Use another build of the model, or leave it out of `models`."

    error: str | None

    def check(self) -> Finding:
        """Look for an error."""
        found = self.error or "it loads"
        return self.finding(passed=self.error is None, found=found, expected="no error")


@dataclass(frozen=True)
class MetadataValid(Gate):
    """V2: keys, tokenizer and chat template hold together."""

    code = "V2"
    severity = Severity.SKIP
    question = "Are its metadata valid?"
    remedy = "Use another build of the model; its file holds tokenizer and chat template."

    error: str | None

    def check(self) -> Finding:
        """Look for an error."""
        found = self.error or "keys, tokenizer and chat template hold together"
        return self.finding(passed=self.error is None, found=found, expected="no error")


@dataclass(frozen=True)
class LogitsAgree(Gate):
    """V3: weights that kept every bit of their source say what the source says."""

    code = "V3"
    severity = Severity.HALT
    question = "Do its logits agree with the source's?"
    remedy = "Do not trust either file: conversion or engine is wrong for this model. Report it."

    agreeing: float
    least: float
    tolerance: float
    prompts: int

    def check(self) -> Finding:
        """Compare the share of agreeing prompts with the least."""
        return self.finding(
            passed=self.agreeing >= self.least,
            found=f"{self.agreeing:.0%} of {self.prompts} golden prompts agree",
            expected=f"at least {self.least:.0%}, the ten likeliest tokens within {self.tolerance}",
        )


@dataclass(frozen=True)
class QuantizedLogitsAgree(LogitsAgree):
    """V3 for weights that lost bits on purpose: what they say otherwise is flagged."""

    severity = Severity.WARN
    remedy = "Expect other replies than the source's; the report shows what that costs."


@dataclass(frozen=True)
class OutputProduced(Gate):
    """T1: the model writes something."""

    code = "T1"
    severity = Severity.SKIP
    question = "Does it write anything?"
    remedy = "Use another build of the model, or leave it out of `models`."

    empty: int
    prompts: int

    def check(self) -> Finding:
        """Demand a reply to at least one prompt."""
        found = f"{self.empty} of {self.prompts} replies are empty"
        return self.finding(
            passed=self.empty < self.prompts, found=found, expected="not all of them"
        )


@dataclass(frozen=True)
class LatencyBounded(Gate):
    """T2: no reply takes longer than a person would wait; other steps may have run beside it."""

    code = "T2"
    severity = Severity.WARN
    question = "Does it answer in time?"
    remedy = "Expect long runs; a smaller quantisation or the other engine may be faster."

    slowest_s: float
    limit_s: float

    def check(self) -> Finding:
        """Compare the slowest reply with the limit."""
        return self.finding(
            passed=self.slowest_s <= self.limit_s,
            found=f"the slowest reply took {self.slowest_s:.1f} s of the machine's time",
            expected=f"at most {self.limit_s:g} s",
        )


@dataclass(frozen=True)
class MemoryBounded(Gate):
    """T3: the model fits into a laptop's memory; what other steps held meanwhile counts as well."""

    code = "T3"
    severity = Severity.WARN
    question = "Does it fit into memory?"
    remedy = "Use a machine with more memory, or a smaller quantisation under another engine."

    peak_bytes: int
    limit_bytes: float

    def check(self) -> Finding:
        """Compare the process's peak with the limit."""
        return self.finding(
            passed=self.peak_bytes <= self.limit_bytes,
            found=f"{self.peak_bytes / 1e9:.1f} GB",
            expected=f"at most {self.limit_bytes / 1e9:g} GB",
        )


@dataclass(frozen=True)
class SanePrompts(Gate):
    """T4: the model answers simple questions."""

    code = "T4"
    severity = Severity.SKIP
    question = "Does it answer sanity prompts?"
    remedy = "Use an instruction-tuned build of the model, or another quantisation."

    met: int
    prompts: int
    least: float

    def check(self) -> Finding:
        """Demand more than the least share of expected answers."""
        return self.finding(
            passed=self.met > self.least * self.prompts,
            found=f"{self.met} of {self.prompts} sanity prompts are answered as expected",
            expected=f"more than {self.least:.0%}",
        )


@dataclass(frozen=True)
class BehaviourEquivalent(Gate):
    """T5: the converted weights answer what the source answers."""

    code = "T5"
    severity = Severity.WARN
    question = "Does it answer as its source does?"
    remedy = "Expect other replies than the source's; the report shows what that costs."

    same: int
    prompts: int
    least: float

    def check(self) -> Finding:
        """Demand the least share of equal replies."""
        return self.finding(
            passed=self.same > self.least * self.prompts,
            found=f"{self.same} of {self.prompts} golden prompts are answered word for word alike",
            expected=f"more than {self.least:.0%}",
        )
