"""Bump a version: version_bump.py 1.2.3 minor."""

import sys


def parse(text: str) -> tuple[int, int, int]:
    """Return the three numbers of a version."""
    fields = text.removeprefix("v").split(".")
    if len(fields) != 3:
        raise ValueError(f"{text} has {len(fields)} fields")
    for field in fields:
        if not field or any(char not in "0123456789" for char in field):
            raise ValueError(f"{field or 'nothing'} is not a number")
        if len(field) > 1 and field[0] == "0":
            raise ValueError(f"{field} has a leading zero")
    major, minor, patch = (int(field) for field in fields)
    return major, minor, patch


def bump(version: tuple[int, int, int], part: str) -> tuple[int, int, int]:
    """Return the version that follows; smaller parts start again at zero."""
    major, minor, patch = version
    match part:
        case "major":
            return major + 1, 0, 0
        case "minor":
            return major, minor + 1, 0
        case "patch":
            return major, minor, patch + 1
    raise KeyError(part)


def main() -> int:
    """Print the new version and return the exit code."""
    try:
        _, text, part = sys.argv
    except ValueError:
        print("usage: version_bump VERSION PART")
        return 64
    try:
        numbers = bump(parse(text), part)
    except KeyError as error:
        print(f"unknown part {error.args[0]}")
        return 3
    except ValueError as error:
        print(f"bad version: {error}")
        return 2
    print(".".join(str(number) for number in numbers))
    return 0


sys.exit(main())
