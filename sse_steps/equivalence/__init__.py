"""Behavioural equivalence: a passing candidate and its Python on inputs that no case has."""
