"""Accounts of two kinds behind one interface; commands come from standard input."""

import sys


class Account:
    """An account that never goes below zero."""

    cents = 0

    def available(self) -> int:
        return self.cents

    def withdraw(self, cents: int) -> bool:
        possible = cents <= self.available()
        self.cents -= cents if possible else 0
        return possible

    def month_end(self) -> None:
        """Do nothing: a plain account costs and earns nothing."""

    def __str__(self) -> str:
        units, rest = divmod(abs(self.cents), 100)
        return f"{'-' if self.cents < 0 else ''}{units}.{rest:02}"


class Savings(Account):
    """Earns 2 percent a month, but 500 cents have to stay."""

    def available(self) -> int:
        return max(self.cents - 500, 0)

    def month_end(self) -> None:
        self.cents += self.cents * 2 // 100


class Credit(Account):
    """May go down to -20000 cents; a debt costs 150 cents a month."""

    def available(self) -> int:
        return self.cents + 20000

    def month_end(self) -> None:
        self.cents -= 150 if self.cents < 0 else 0


KINDS = {"plain": Account, "savings": Savings, "credit": Credit}
accounts: dict[str, Account] = {}
for line in sys.stdin:
    match line.split():
        case ["open", kind, owner]:
            accounts[owner] = KINDS[kind]()
        case ["in", owner, cents]:
            accounts[owner].cents += int(cents)
        case ["out", owner, cents]:
            print("paid" if accounts[owner].withdraw(int(cents)) else "refused")
        case _:
            for owner in sorted(accounts):
                accounts[owner].month_end()
                print(owner, accounts[owner])
