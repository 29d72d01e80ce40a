"""Units: a vendor's unit in, the linear way to the canonical unit out, once, at load time.

Codes are UCUM, read by ucumvert into pint, which knows the factors. What people write instead
(`ppm`, `dB(A)`, `°C`) is an alias, as data in `vocabulary/units.yaml`. Nothing of this runs per
observation: a `Conversion` is two numbers and a division.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pint import Unit

_ANNOTATION: Final = re.compile(r"(^|[./(])?\{[^}]*\}")
_LOGARITHMIC: Final = re.compile(r"dB|B\[|Np|\[pH\]")
# As UCUM defines it; ucumvert 0.3 takes pint's inch at 60 °F instead, 0.3 % less.
_INCH_OF_MERCURY: Final = ("[in_i'Hg]", "([in_i].m[Hg]/m)")
# A factor whose terms are below this is a ratio of two exact doubles.
_EXACT_LIMIT: Final = 2**53


@dataclass(frozen=True, slots=True)
class Conversion:
    """`canonical = value * numerator / denominator + offset`.

    A ratio rather than one factor, so that 37 tenths are 3.7 and not 3.7000000000000002.
    """

    numerator: float = 1.0
    denominator: float = 1.0
    offset: float = 0.0

    @property
    def is_identity(self) -> bool:
        """Whether a value stays as it is."""
        return self.numerator == self.denominator and self.offset == 0.0

    def apply(self, value: float) -> float:
        """Return the value in the canonical unit."""
        return value * self.numerator / self.denominator + self.offset


def conversion(
    unit: str,
    canonical: str,
    *,
    aliases: Mapping[str, str],
    scale: float = 1.0,
    offset: float = 0.0,
) -> Conversion:
    """Return the way from `raw * scale + offset`, in `unit`, to the canonical unit.

    Raises:
        ValueError: the unit is unknown (with a suggestion), or measures something else.
    """
    first, second = linear(unit, canonical, aliases=aliases)
    factor = _exact(scale) * first
    shift = _exact(offset) * first + second
    if max(abs(factor.numerator), factor.denominator) > _EXACT_LIMIT:
        return Conversion(float(factor), 1.0, float(shift))
    return Conversion(float(factor.numerator), float(factor.denominator), float(shift))


def linear(unit: str, canonical: str, *, aliases: Mapping[str, str]) -> tuple[Fraction, Fraction]:
    """Return factor and offset between two units.

    Raises:
        ValueError: one is unknown, or they do not measure the same.
    """
    code, target = ucum_code(unit, aliases), ucum_code(canonical, aliases)
    if code == target:
        parse_unit(code, aliases)
        return Fraction(1), Fraction(0)
    source, goal = parse_unit(code, aliases), parse_unit(target, aliases)
    if source.dimensionality != goal.dimensionality:
        raise ValueError(f"`{unit}` and `{canonical}` do not measure the same kind of thing")
    if _LOGARITHMIC.search(code) or _LOGARITHMIC.search(target):
        raise ValueError(f"`{unit}` cannot be converted to `{canonical}`: levels have no factor")
    return _affine(source, goal)


def ucum_code(unit: str, aliases: Mapping[str, str]) -> str:
    """Return the UCUM code for a unit as people write it; annotations `{…}` count as 1."""
    code = aliases.get(unit.strip(), unit.strip())
    return _ANNOTATION.sub(lambda match: "" if match[1] is None else f"{match[1]}1", code)


def parse_unit(unit: str, aliases: Mapping[str, str]) -> "Unit":
    """Return pint's unit for a UCUM code or an alias.

    Raises:
        ValueError: it is neither; the sentence suggests a near one. Or there is a number in it.
    """
    code = ucum_code(unit, aliases)
    try:
        quantity = _quantity(code)
    except Exception as error:
        raise ValueError(_unknown(unit, aliases)) from error
    if quantity.magnitude != 1:
        raise ValueError(f"`{unit}` has a number in it; write that as `scale`")
    return quantity.units  # type: ignore[no-any-return]


@cache
def _quantity(code: str) -> Any:
    return _registry().from_ucum(code.replace(*_INCH_OF_MERCURY))


def _unknown(unit: str, aliases: Mapping[str, str]) -> str:
    lowered = {alias.lower(): code for alias, code in aliases.items()}
    lowered |= {code.lower(): code for code in aliases.values()}
    near = get_close_matches(unit.lower(), lowered, n=1, cutoff=0.7)
    hint = f"did you mean `{lowered[near[0]]}`?" if near else "see https://ucum.org for the codes"
    return f"`{unit}` is no UCUM unit; {hint}"


def _affine(source: "Unit", goal: "Unit") -> tuple[Fraction, Fraction]:
    quantity = _registry().Quantity
    zero, thousand = (quantity(value, source).to(goal).magnitude for value in (0.0, 1000.0))
    if not (math.isfinite(zero) and math.isfinite(thousand)):
        raise ValueError(f"`{source}` cannot be converted to `{goal}`")
    return _exact((thousand - zero) / 1000), _exact(zero)


def _exact(number: float) -> Fraction:
    """Return the plain ratio that a double stands for: 0.01 is 1/100."""
    plain = Fraction(number).limit_denominator(10**9)
    close = math.isclose(float(plain), number, rel_tol=1e-12, abs_tol=1e-15)
    return plain if close else Fraction(number)


@cache
def _registry() -> Any:
    """Return pint's registry; reading its definitions takes half a second."""
    from pint import set_application_registry
    from ucumvert import PintUcumRegistry

    class OneRegistry(PintUcumRegistry):  # type: ignore[misc] # untyped
        def _after_init(self) -> None:
            # Else ucumvert's transformer makes another, with all definitions read once more.
            set_application_registry(self)  # type: ignore[no-untyped-call]
            super()._after_init()

    return OneRegistry()
