"""A shop whose event handlers are registered by a decorator; events come from standard input."""

import sys
from collections import Counter
from collections.abc import Callable

Handler = Callable[[str, int], bool]
handlers: dict[str, list[tuple[int, Handler]]] = {}
stock: Counter[str] = Counter()
moved: Counter[str] = Counter()


def on(event: str, priority: int = 0) -> Callable[[Handler], Handler]:
    """Register a function for an event; low priorities run first, a False stops the rest."""

    def register(handler: Handler) -> Handler:
        handlers.setdefault(event, []).append((priority, handler))
        handlers[event].sort(key=lambda entry: entry[0])
        return handler

    return register


@on("sale", priority=2)
@on("arrival", priority=1)
def keep_count(item: str, count: int) -> bool:
    moved[item] += count
    print(f"  {moved[item]} {item} moved so far")
    return True


@on("sale", priority=1)
def deliver(item: str, count: int) -> bool:
    stock[item] -= count
    print(f"  {count} {item} sold, {stock[item]} left")
    return stock[item] < 5


@on("sale", priority=3)
def reorder(item: str, count: int) -> bool:
    print(f"  order {2 * count} {item}")
    return True


@on("sale")
def check_stock(item: str, count: int) -> bool:
    return count <= stock[item]


@on("arrival")
def store(item: str, count: int) -> bool:
    stock[item] += count
    return count > 0


for line in sys.stdin:
    name, thing, amount = line.split()
    chain = handlers.get(name, [])
    print(f"{name} {thing}: priorities {[priority for priority, _ in chain]}")
    print("done" if all(handler(thing, int(amount)) for _, handler in chain) else "stopped")
