"""Accounts of two kinds behind one interface; commands come from standard input."""

import sys


class Account:
    """An account that never goes below zero."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._cents = 0

    def deposit(self, cents: int) -> None:
        self._cents += cents

    def available(self) -> int:
        """Return what can be withdrawn now."""
        return self._cents

    def withdraw(self, cents: int) -> bool:
        """Take out the money if there is enough."""
        if cents > self.available():
            return False
        self._cents -= cents
        return True

    def month_end(self) -> None:
        """Do nothing: a plain account costs and earns nothing."""

    def __str__(self) -> str:
        sign = "-" if self._cents < 0 else ""
        return f"{self.owner} {sign}{abs(self._cents) // 100}.{abs(self._cents) % 100:02}"


class Savings(Account):
    """Earns 2 percent a month, but 500 cents have to stay."""

    def available(self) -> int:
        return max(self._cents - 500, 0)

    def month_end(self) -> None:
        self._cents += self._cents * 2 // 100


class Credit(Account):
    """May go down to -20000 cents; a debt costs 150 cents a month."""

    def available(self) -> int:
        return self._cents + 20000

    def month_end(self) -> None:
        if self._cents < 0:
            self._cents -= 150


KINDS = {"plain": Account, "savings": Savings, "credit": Credit}
accounts: dict[str, Account] = {}
for line in sys.stdin:
    match line.split():
        case ["open", kind, owner]:
            accounts[owner] = KINDS[kind](owner)
        case ["in", owner, cents]:
            accounts[owner].deposit(int(cents))
        case ["out", owner, cents]:
            print("paid" if accounts[owner].withdraw(int(cents)) else "refused")
        case _:
            for owner in sorted(accounts):
                accounts[owner].month_end()
                print(accounts[owner])
