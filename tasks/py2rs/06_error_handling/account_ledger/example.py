"""A bank account that may be overdrawn up to a limit."""

FEE = 2


def settle(balance: int, limit: int, entries: list[tuple[str, int]]) -> tuple[int, int]:
    """Apply all entries; return the final balance and how many days ended below zero.

    A withdrawal that leaves the account below zero costs a fee.
    """
    below = 0
    for number, (kind, amount) in enumerate(entries, start=1):
        if amount <= 0:
            raise ValueError(f"entry {number}: amount must be positive, not {amount}")
        if kind == "deposit":
            balance += amount
        elif kind == "withdraw":
            balance -= amount
            if balance < 0:
                balance -= FEE
        else:
            raise KeyError(f"entry {number}: unknown kind {kind}")
        if balance < -limit:
            raise RuntimeError(f"entry {number}: limit exceeded by {-limit - balance}")
        if balance < 0:
            below += 1
    return balance, below
