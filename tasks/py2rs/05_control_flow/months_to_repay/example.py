"""How long a loan runs."""


def months_to_repay(balance: float, annual_percent: float, payment: float) -> int | None:
    """Count the monthly payments; None if they never repay the loan, or not in 50 years."""
    remaining = balance
    months = 0
    while remaining > 0:
        interest = remaining * annual_percent / 1200
        if payment <= interest or months == 600:
            return None
        remaining += interest - payment
        months += 1
    return months
