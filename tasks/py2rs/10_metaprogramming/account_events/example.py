"""Replay the events of an account; every event is a dataclass with a function of its own."""

import sys
from dataclasses import astuple, dataclass, fields, replace
from functools import singledispatch


@dataclass(frozen=True, order=True)
class Account:
    cents: int = 0
    frozen: bool = False
    events: int = 0


@dataclass(frozen=True)
class Deposit:
    cents: int


@dataclass(frozen=True)
class Transfer:
    target: str
    cents: int
    fee: int = 25


@dataclass(frozen=True)
class Freeze:
    days: int


@singledispatch
def apply(event: object, account: Account) -> Account: ...


@apply.register
def _(event: Deposit, account: Account) -> Account:
    return replace(account, cents=account.cents + event.cents)


@apply.register
def _(event: Transfer, account: Account) -> Account:
    rest = -1 if account.frozen else account.cents - event.cents - event.fee
    return account if rest < 0 else replace(account, cents=rest)


@apply.register
def _(event: Freeze, account: Account) -> Account:
    return replace(account, frozen=event.days > 0)


states = [Account()]
for line in sys.stdin:
    name, *words = line.split()
    kind = {"deposit": Deposit, "transfer": Transfer, "freeze": Freeze}[name]
    event = kind(*(field.type(word) for field, word in zip(fields(kind), words)))
    after = apply(event, states[-1])
    print(event, "refused at" if after is states[-1] else "->", after.cents)
    states.append(replace(after, events=len(states)))
print("best: {} cents, frozen {:d}, after {} events".format(*astuple(max(states))))
