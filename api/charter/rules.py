"""Which measurable principles a city meets."""

from collections.abc import Callable, Mapping
from typing import Final

from api.charter.figures import Figures
from api.charter.principles import Limits

Rule = Callable[[Figures, Limits], bool]

RULES: Final[Mapping[int, Rule]] = {
    1: lambda f, _: f.open_datasets == f.datasets > 0 and f.undeclared_datasets == 0,
    2: lambda f, _: f.undeclared_datasets == 0 and f.unexplained_datasets == 0,
    3: lambda f, _: f.readings > 0,
    4: lambda f, _: f.unlicensed_datasets == 0,
    6: lambda f, _: f.undescribed_datastreams == 0,
    7: lambda f, _: f.unplaced_things == 0,
    9: lambda f, _: f.faces > 0,
    10: lambda f, _: f.faces > 0,
    11: lambda f, _: f.validity is not None,
    12: lambda f, _: f.faces > 0,
    13: lambda f, limits: _is_at_most(f.publication_p95, limits.most_publication_seconds),
    14: lambda f, _: f.feed_events > 0,
    15: lambda f, _: f.datasets > 0,
    16: lambda f, limits: f.licences <= limits.most_licences and f.unknown_licences == 0,
    18: lambda f, _: f.silent_datastreams == 0,
}
"""By number; the others are about people, and are declared."""


def _is_at_most(value: float | None, limit: float) -> bool:
    return value is not None and value <= limit
