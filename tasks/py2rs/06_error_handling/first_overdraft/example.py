"""When an account is overdrawn for the first time."""


def first_overdraft(balance: int, withdrawals: list[int]) -> int:
    """Return the index of the withdrawal that makes the balance negative."""
    for index, amount in enumerate(withdrawals):
        balance -= amount
        if balance < 0:
            return index
    raise ValueError("the account is never overdrawn")
