"""How long a loan runs; we stop counting after 50 years."""

LONGEST = 600


def months_to_repay(balance: float, annual_percent: float, payment: float) -> int | None:
    """Count the monthly payments; None if they do not even cover the interest."""
    remaining = balance
    months = 0
    while remaining > 0 and months < LONGEST:
        interest = remaining * annual_percent / 1200
        if payment <= interest:
            return None
        remaining += interest - payment
        months += 1
    return months
