"""Group words that are anagrams of one another."""


def _key(word: str) -> str:
    """The letters of the word, in order and without case."""
    return "".join(sorted(word.lower()))


def anagram_groups(words: list[str]) -> dict[str, list[str]]:
    """Map the sorted letters to their words, where there are at least two of them."""
    keys = {_key(word) for word in words}
    groups = {key: [word for word in words if _key(word) == key] for key in keys}
    return {key: group for key, group in groups.items() if len(group) > 1}
