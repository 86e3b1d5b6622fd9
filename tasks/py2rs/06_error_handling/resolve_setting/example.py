"""Settings that may refer to other settings: "@name" stands for the value of name."""


def resolve(settings: dict[str, str], key: str, fallback: str | None) -> str:
    """Follow references from key to a plain value; "@@text" is the plain value "@text".

    A missing setting becomes the fallback where there is one.
    """
    seen: list[str] = []
    while True:
        if key in seen:
            raise ValueError("cycle: " + " -> ".join([*seen, key]))
        seen.append(key)
        try:
            value = settings[key]
        except KeyError:
            if fallback is None:
                raise LookupError(f"no setting {key}, needed by {seen[0]}") from None
            return fallback
        if value.startswith("@@"):
            return value[1:]
        if not value.startswith("@"):
            return value
        key = value[1:]
