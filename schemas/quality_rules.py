"""The rules of quality as data: what is implausible of a value, of its time and beside others.

`schemas/vocabulary/quality-rules.yaml` has the parameters for all, for themes and for observed
properties, in the property's canonical unit; a city has those of its own properties in its pack.
A rule raises the flags that bear its name before the dot: `rate` raises `rate.steep`.
"""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Share: TypeAlias = Annotated[float, Field(gt=0, le=1)]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=31_622_400)]


class Rule(BaseModel):
    """Base of the rules: frozen, a misspelt field is an error, and every number is one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Span(Rule):
    """A stretch of time: from its begin, before its end."""

    begin: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.end <= self.begin:
            raise ValueError("`end` comes after `begin`")
        return self

    def __contains__(self, time: datetime) -> bool:
        """Whether a time lies in it."""
        return self.begin <= time < self.end


class ClockRule(Rule):
    """What a device's clock cannot say: raises `clock.future` and `clock.default`."""

    ahead_seconds: float = Field(ge=0, description="how far a clock may be ahead of the receipt")
    factory_defaults: tuple[Span, ...] = Field(
        description="where clocks start that nobody has set, and how far they may run by then"
    )


class CoverageRule(Rule):
    """An interval of which too little was measured: raises `coverage.low`."""

    at_least: Share = Field(description="share of the interval that must have been measured")


class RateRule(Rule):
    """A change that the property cannot make in that time: raises `rate.steep`."""

    change: float = Field(gt=0, description="most that it changes within `per_seconds`")
    per_seconds: Seconds = Field(description="in a longer time it may change more, in proportion")


class FlatRule(Rule):
    """A value that stays the same to the last digit for too long: raises `flat.line`."""

    seconds: Seconds = Field(description="how long it may stay the same")
    values: int = Field(ge=2, le=100_000, description="and how many values in a row, at least")
    unless: tuple[float, ...] = Field(
        (), max_length=20, description="values that may stay, such as 0 for what rests at night"
    )


class GapRule(Rule):
    """Values that did not come before this one: raises `gap.before`."""

    missing: int = Field(ge=1, description="how many values in a row must be missing")


class NeighboursRule(Rule):
    """A value that differs from those around it: raises `neighbours.differ`.

    Neighbours are other things of the same sensor type, with the same property and interval.
    """

    within_metres: float = Field(gt=0, le=50_000, description="how far away a neighbour may be")
    within_seconds: float = Field(
        3600, gt=0, le=604_800, description="how far apart in time a neighbour's newest may be"
    )
    at_least: int = Field(ge=2, le=100, description="neighbours without which nothing is said")
    tolerance: float = Field(gt=0, description="difference from their median that is no doubt")
    factor: float = Field(
        5, ge=0, description="nor is this many times their median difference from it"
    )


class DriftRule(Rule):
    """A sensor that for a day stands apart from its neighbours: raises `drift.apart`.

    Who its neighbours are, and how many there must be, is told by `neighbours`. Compared are
    hourly means: one gust of dust is no drift, and a slow drift never leaps.
    """

    tolerance: float = Field(gt=0, description="middle difference of the hours that is no doubt")
    share: float = Field(0, ge=0, description="nor is this share of the neighbours' level more")
    hours: int = Field(24, ge=6, le=168, description="hours that are looked back at")
    at_least: int = Field(18, ge=3, le=168, description="of them with a mean, its own and theirs")

    @model_validator(mode="after")
    def _has_hours(self) -> Self:
        if self.at_least > self.hours:
            raise ValueError("`at_least` cannot be more than `hours`")
        return self


class ScaleRule(Rule):
    """A value that is suddenly many times what it was: raises `scale.leapt`.

    So it looks when an update changes the unit and nobody says so. Compared are hourly means: the
    middle one of the last hours with that of the days before. Hours at 0 say nothing.
    """

    factor: float = Field(ge=5, description="how many times higher or lower is a doubt")
    hours: int = Field(6, ge=2, le=48, description="the last hours")
    before: int = Field(72, ge=12, le=336, description="hours before them that they are held to")

    @property
    def fewest(self) -> tuple[int, int]:
        """Hours with a mean without which nothing is said: of the last, and before them."""
        return (self.hours + 1) // 2, self.before // 3


class QualityRules(Rule):
    """The rules of an observed property, of all properties of a theme, or of all."""

    clock: ClockRule | None = None
    coverage: CoverageRule | None = None
    rate: RateRule | None = None
    flat: FlatRule | None = None
    gap: GapRule | None = None
    neighbours: NeighboursRule | None = None
    drift: DriftRule | None = None
    scale: ScaleRule | None = None

    def over(self, others: "QualityRules") -> "QualityRules":
        """Return the others with these in their place, where these say something (also `null`)."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return others.model_copy(update=said)

    @property
    def need_others(self) -> bool:
        """Whether any of them must know what came before, or what neighbours say."""
        looking_back = self.rate or self.flat or self.gap or self.scale
        return bool(looking_back or self.neighbours or self.drift)
