"""A stack that must not be popped while it is empty."""


def deepest(operations: list[str]) -> int:
    """Return how deep the stack gets; a pop of an empty stack is a fault of the caller."""
    depth = 0
    most = 0
    for operation in operations:
        depth += 1 if operation == "push" else -1
        if depth < 0:
            raise IndexError("pop of an empty stack")
        most = max(most, depth)
    return most
