"""The head of a high-score table."""


def top_scores(names: list[str], scores: list[int], count: int) -> list[tuple[str, int]]:
    """Return the best players, best first; equal scores are in the order of the names."""
    players = list(zip(names, scores))
    ranked = sorted(players, key=lambda player: (-player[1], player[0]))
    return ranked[: max(count, 0)]
