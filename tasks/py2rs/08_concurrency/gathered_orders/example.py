"""Asynchronous kitchen: every order is prepared by a task, a semaphore limits the stoves.

gathered_orders.py STOVES ORDER... where an order is DISH:MINUTES.
"""

import asyncio
import sys

MENU = {"soup": 450, "rice": 300, "cake": 525}


async def prepare(order: str, stoves: asyncio.Semaphore) -> int:
    """Cook one order and return its price in cents."""
    dish, minutes = order.split(":")
    if dish not in MENU:
        raise LookupError(f"no {dish} on the menu")
    async with stoves:
        for minute in range(int(minutes)):
            await asyncio.sleep(0)
            if minute >= 5:
                raise TimeoutError(f"{dish} is burnt")
    return MENU[dish] + 10 * int(minutes)


async def main() -> int:
    """Prepare all orders together and print the bill in the order of the orders."""
    stoves = asyncio.Semaphore(int(sys.argv[1]))
    orders = sys.argv[2:]
    outcomes = await asyncio.gather(
        *(prepare(order, stoves) for order in orders), return_exceptions=True
    )
    total = 0
    for order, outcome in zip(orders, outcomes):
        if isinstance(outcome, int):
            total += outcome
            print(f"{order}: {outcome / 100:.2f}")
        else:
            print(f"{order}: sorry, {outcome}")
    served = sum(isinstance(outcome, int) for outcome in outcomes)
    print(f"{served} of {len(orders)} served, {total / 100:.2f} to pay")
    return 0 if served == len(orders) else 3


sys.exit(asyncio.run(main()))
