"""Check that the brackets of a text are balanced."""


def bracket_fault(text: str) -> int:
    """Return where the first fault is: a wrong closing bracket, else the innermost
    bracket that is never closed. -1 if all is well.
    """
    pairs = {"(": ")", "[": "]", "{": "}"}
    pending: list[tuple[int, str]] = []
    for position, character in enumerate(text):
        if character in pairs:
            pending.append((position, pairs[character]))
        elif character in ")]}":
            if not pending or pending.pop()[1] != character:
                return position
    if pending:
        return pending[-1][0]
    return -1
