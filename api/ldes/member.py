"""Published observations as members of an event stream, in N-Triples, straight from their rows."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from api.instants import compact_text, instant_text
from api.iris import Iris
from api.ldes import lexical, member_lines
from api.ldes.member_lines import NAMES
from api.ldes.series import Feature, Series
from api.ldes.template import Template
from api.ldes.terms import term
from schemas.publication import PublishedObservation

_COUNT: Final = "OM_CountObservation"
_TREE_MEMBER: Final = term("tree:member")


@dataclass(frozen=True, slots=True)
class Version:
    """An observation as it is published once: what becomes a member.

    Attributes:
        revises: sequence of the version that it replaces, `None` for a new observation.
    """

    observation: PublishedObservation
    revises: int | None = None


class Members:
    """Writes the members of one datastream about one feature.

    Args:
        iris: of the installation.
        series: the datastream.
        feature: what the observations are about, `None` where nothing is known.
        severities: of the quality flags, by code.
    """

    def __init__(
        self, iris: Iris, series: Series, feature: Feature | None, severities: Mapping[str, str]
    ) -> None:
        self._iris = iris
        self._series = series
        self._feature = feature
        self._severities = severities
        self._stem = f"<{iris.base}/id/observation/{series.datastream_id}_"
        self._counts = series.observation_type.endswith(_COUNT)

    def write(self, stream: str, version: Version) -> str:
        """Return the lines of a member, that of `tree:member` first.

        Args:
            stream: the event stream, as an N-Triples IRI.
            version: what is published.
        """
        values = self._values(version)
        begin = f"{stream} {_TREE_MEMBER} {values[0]} .\n"
        revised = _REVISION.fill(values) if version.revises is not None else ""
        one = version.observation
        if one.change == "withdrawn":
            return begin + _DELETION.fill(values) + revised
        times = self._interval if one.phenomenon_end else self._instant
        doubts = self._doubts(one.quality, values) if one.quality else ""
        return begin + times.fill(values) + self._result(one.result, values) + revised + doubts

    # Each is made when it is needed: most datastreams have one kind of time, and of number.
    @cached_property
    def _instant(self) -> Template:
        return self._about(member_lines.instant(self._series))

    @cached_property
    def _interval(self) -> Template:
        return self._about(member_lines.interval(self._series))

    @cached_property
    def _measured(self) -> Template:
        return Template(member_lines.quantity(self._series, "decimal"), NAMES)

    @cached_property
    def _counted(self) -> Template:
        return Template(member_lines.quantity(self._series, "integer"), NAMES)

    def _about(self, times: Iterable[str]) -> Template:
        about = member_lines.about(self._iris, self._series, self._feature)
        return Template([*about, *times], NAMES)

    def _values(self, version: Version) -> tuple[Any, ...]:
        one = version.observation
        start, end = one.phenomenon_start, one.phenomenon_end
        entity = self._stem + compact_text(start)
        return (
            f"{entity}/{one.sequence}>",
            f"{entity}>",
            one.sequence,
            lexical.published(one.published_time),
            instant_text(start),
            instant_text(end) if end else "",
            instant_text(one.result_time),
            _number(one.result),
            f"{entity}/{version.revises}>",
        )

    def _result(self, result: Any, values: tuple[Any, ...]) -> str:
        if values[_NUMBER]:
            whole = self._counts and "." not in values[_NUMBER]
            return (self._counted if whole else self._measured).fill(values)
        lines = member_lines.other_result(self._series, result)
        return Template(lines, NAMES).fill(values)

    def _doubts(self, codes: tuple[str, ...], values: tuple[Any, ...]) -> str:
        lines = [
            line
            for place, code in enumerate(codes)
            for line in member_lines.doubt(
                self._iris, code, self._severities.get(code, "warning"), place=place
            )
        ]
        return Template(lines, NAMES).fill(values)


_REVISION: Final = Template(member_lines.revision(), NAMES)
_DELETION: Final = Template(member_lines.deletion(), NAMES)
_NUMBER: Final = NAMES.index("number")


def _number(result: Any) -> str:
    """Return a number as text, as the double that is stored; nothing for anything else."""
    exact = type(result) is float or type(result) is int
    return lexical.decimal_text(float(result)) if exact and math.isfinite(result) else ""
