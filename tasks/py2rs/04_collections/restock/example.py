"""A stock that deliveries are added to."""


def restock(stock: dict[str, int], item: str, amount: int) -> list[str]:
    """Add a delivery to the stock and return the names of all items, sorted."""
    stock[item] = stock.get(item, 0) + amount
    return sorted(stock)
