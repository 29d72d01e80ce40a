"""Hours and days as members of an event stream: collections of what was observed, summed up."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from api.instants import instant_text
from api.iris import Iris, Kind, Period
from api.ldes import lexical, member_lines
from api.ldes.member import Version
from api.ldes.member_lines import NAMES
from api.ldes.series import Feature, Series
from api.ldes.template import Template, hole
from api.ldes.terms import term

PERIODS: Final[dict[Kind, Period]] = {"hourly": "hour", "daily": "day"}
"""The streams of sums, and what each of their members is of."""

_TREE_MEMBER: Final = term("tree:member")
_ONE: Final = "http://qudt.org/vocab/unit/NUM"
_COUNTED: Final = ("count", "flaggedCount")
_TOLD: Final = {
    "count": "count",
    "flaggedCount": "flagged_count",
    "mean": "mean",
    "minimum": "minimum",
    "maximum": "maximum",
    "sum": "sum",
    "first": "first",
    "last": "last",
}
"""What is told, by its name in `statistics.yaml`: fields of `Sums`."""


class Sums(msgspec.Struct, frozen=True, rename="camel"):
    """What is told of an hour or a day: the `result` of a summary in its event stream.

    Attributes:
        count: of the numbers that are summed up; the others are only counted.
        flagged_count: of those that a flag bars.
        revises: sequence of the version that it replaces, 0 for the first.
    """

    count: float
    flagged_count: float
    sum: float | None
    minimum: float | None
    maximum: float | None
    first: float | None
    last: float | None
    revises: int = 0

    @property
    def mean(self) -> float | None:
        """Their mean; `None` where nothing was summed up."""
        return self.sum / self.count if self.count and self.sum is not None else None


class SummaryMembers:
    """Writes the hours or days of one datastream about one feature.

    Args:
        iris: of the installation.
        series: the datastream.
        feature: what the observations are about, `None` where nothing is known.
        kind: hourly or daily.
    """

    def __init__(self, iris: Iris, series: Series, feature: Feature | None, kind: Kind) -> None:
        self._iris = iris
        self._series = series
        self._period = PERIODS[kind]
        place = member_lines.about_feature(iris, feature, traffic=False) if feature else ()
        self._about = [
            *member_lines.head("sosa:ObservationCollection"),
            *member_lines.source(iris, series),
            *place,
            *member_lines.summed_interval(),
        ]
        self._templates: dict[tuple[bool, ...], Template] = {}

    def write(self, stream: str, version: Version) -> str:
        """Return the lines of a member, that of `tree:member` first; as `Members.write` does."""
        one = version.observation
        sums = msgspec.convert(one.result, Sums)
        numbers = [getattr(sums, field) for field in _TOLD.values()]
        values = (*self._values(version, sums), *map(_literal, numbers))
        begin = f"{stream} {_TREE_MEMBER} {values[0]} .\n"
        revised = _REVISION.fill(values) if sums.revises else ""
        if one.change == "withdrawn":
            return begin + _DELETION.fill(values) + revised
        return begin + self._template(*(n is not None for n in numbers)).fill(values) + revised

    def _values(self, version: Version, sums: Sums) -> tuple[Any, ...]:
        one = version.observation
        start = one.phenomenon_start
        entity = self._iris.summary(self._series.datastream_id, self._period, start)
        end: datetime = one.phenomenon_end or start
        return (
            f"<{entity}/{one.sequence}>",
            f"<{entity}>",
            one.sequence,
            lexical.published(one.published_time),
            instant_text(start),
            instant_text(end),
            instant_text(one.result_time),
            "",
            f"<{entity}/{sums.revises}>",
        )

    def _template(self, *told: bool) -> Template:
        """Return what a member says, by which of `_TOLD` there is a number of; nearly all."""
        if told not in self._templates:
            statistics = (
                line
                for place, (name, is_told) in enumerate(zip(_TOLD, told, strict=True))
                if is_told
                for line in self._statistic(name, place)
            )
            self._templates[told] = Template([*self._about, *statistics], _NAMES)
        return self._templates[told]

    def _statistic(self, name: str, place: int) -> Iterator[str]:
        unit = _ONE if name in _COUNTED else self._series.unit
        return member_lines.statistic(self._iris, name, hole(name), unit, place=place)


def _literal(number: float | None) -> str:
    return "" if number is None else lexical.number(number)


_NAMES: Final = (*NAMES, *_TOLD)
_DELETION: Final = Template(member_lines.deletion(), NAMES)
_REVISION: Final = Template(member_lines.revision(), NAMES)
