"""Threads move money between accounts, each of which has its own lock.

Every line of standard input is the work of one thread: "a>b:5 b>c:2".
"""

import sys
import threading


class Account:
    """A balance, the number of bookings, and the lock that guards both."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.balance = 100
        self.bookings = 0

    def book(self, amount: int) -> None:
        """Change the balance; the caller holds the lock."""
        self.balance += amount
        self.bookings += 1


def transfer(accounts: dict[str, Account], source: str, target: str, amount: int) -> None:
    """Move the money while both locks are held, taken in order of the names."""
    if source == target:
        return
    first, second = sorted((source, target))
    with accounts[first].lock, accounts[second].lock:
        accounts[source].book(-amount)
        accounts[target].book(amount)


def run(accounts: dict[str, Account], line: str) -> None:
    """Do the transfers of one line."""
    for order in line.split():
        names, amount = order.split(":")
        source, target = names.split(">")
        transfer(accounts, source, target, int(amount))


def main() -> None:
    """Run all lines at the same time, then print the accounts."""
    accounts = {name: Account() for name in sys.argv[1:]}
    threads = [threading.Thread(target=run, args=(accounts, line)) for line in sys.stdin]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, account in sorted(accounts.items()):
        print(f"{name}: {account.balance} after {account.bookings}")
    print("total:", sum(account.balance for account in accounts.values()))


main()
