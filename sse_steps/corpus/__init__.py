"""Corpora: where examples come from, what their Python answers, and which level they are."""
