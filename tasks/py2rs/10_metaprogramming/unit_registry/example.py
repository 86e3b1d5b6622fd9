"""Convert between units that register themselves: unit_registry.py VALUE FROM TO."""

import sys


class Registry(type):
    """A metaclass that keeps every class with a symbol, and lets classes be compared by size."""

    known: dict[str, "Registry"] = {}

    def __new__(
        mcs, name: str, bases: tuple[type, ...], body: dict[str, object], **unit: str | float
    ) -> "Registry":
        created = super().__new__(mcs, name, bases, {"factor": 1.0, **body, **unit})
        if unit:
            mcs.known[created.symbol] = created
        return created

    def __lt__(cls, other: "Registry") -> bool:
        return cls.factor < other.factor

    @property
    def dimension(cls) -> str:
        return cls.__base__.__name__.lower()


class Length(metaclass=Registry):
    """Lengths in metres."""


class Time(metaclass=Registry):
    """Times in seconds."""


class Metre(Length, symbol="m"): ...
class Mile(Length, symbol="mi", factor=1609.344): ...
class Inch(Length, symbol="in", factor=0.0254): ...
class Hour(Time, symbol="h", factor=3600.0): ...
class Second(Time, symbol="s"): ...


def convert(value: float, source: Registry, target: Registry) -> str:
    """Return the converted value; the units must have the same dimension."""
    if source.dimension != target.dimension:
        raise TypeError(f"cannot turn {source.dimension} into {target.dimension}")
    digits = 4 if source < target else 1
    return f"{value * source.factor / target.factor:.{digits}f} {target.symbol}"


try:
    units = [Registry.known[symbol] for symbol in sys.argv[2:]]
    print(convert(float(sys.argv[1]), *units))
except KeyError:
    print("known:", " ".join(unit.symbol for unit in sorted(Registry.known.values())))
    sys.exit(2)
except TypeError as error:
    print(error)
    sys.exit(3)
