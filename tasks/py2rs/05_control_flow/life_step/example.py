"""Conway's Game of Life on an endless board."""


def life(cells: set[tuple[int, int]], generations: int) -> set[tuple[int, int]]:
    """Return the living cells after some generations."""
    alive = set(cells)
    for _ in range(generations):
        neighbours: dict[tuple[int, int], int] = {}
        for x, y in alive:
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if (dx, dy) == (0, 0):
                        continue
                    cell = (x + dx, y + dy)
                    neighbours[cell] = neighbours.get(cell, 0) + 1
        survivors: set[tuple[int, int]] = set()
        for cell, count in neighbours.items():
            if count == 3 or (count == 2 and cell in alive):
                survivors.add(cell)
        alive = survivors
    return alive
