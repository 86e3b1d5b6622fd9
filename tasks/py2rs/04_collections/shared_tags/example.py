"""Find the tags that several articles have in common."""


def shared_tags(articles: list[list[str]], minimum: int) -> set[str]:
    """Return the tags that occur in at least `minimum` articles, however often in each."""
    tags = {tag for article in articles for tag in article}
    counts = {tag: sum(tag in article for article in articles) for tag in tags}
    return {tag for tag, count in counts.items() if count >= minimum}
