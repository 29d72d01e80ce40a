"""Parts of the profile language that others are made of: paths, conditions, names and times."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas.language.paths import EXPRESSION_LIMIT, compile_path

PROFILE_ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$"
_DURATION: Final = re.compile(
    r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?", re.ASCII
)


def _known_path(expression: str) -> str:
    compile_path(expression)
    return expression


def _known_duration(text: str) -> str:
    duration(text)
    return text


def duration(text: str) -> timedelta:
    """Return the length of an ISO 8601 duration of days, hours, minutes and seconds.

    Raises:
        ValueError: it is none, or of no length.
    """
    match = _DURATION.fullmatch(text)
    parts = [int(part or 0) for part in match.groups()] if match else [0]
    if not any(parts):
        raise ValueError(f"`{text}` is no duration such as PT15M, PT1H or P1D")
    days, hours, minutes, seconds = parts
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


ProfileId: TypeAlias = Annotated[str, Field(pattern=PROFILE_ID, max_length=130)]
JsonPath: TypeAlias = Annotated[
    str, Field(max_length=EXPRESSION_LIMIT), AfterValidator(_known_path)
]
Paths: TypeAlias = JsonPath | Annotated[list[JsonPath], Field(min_length=1, max_length=12)]
Duration: TypeAlias = Annotated[str, AfterValidator(_known_duration)]
Scalar: TypeAlias = bool | int | float | str


class Part(BaseModel):
    """Base of the parts: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(Part):
    """Something that holds for a document, or not: a path and one comparison."""

    path: JsonPath
    equals: Scalar | None = None
    one_of: list[Scalar] | None = Field(None, max_length=100)
    starts_with: str | None = None
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    present: bool | None = Field(None, description="whether something is there, null or not")
    bit: int | None = Field(
        None, ge=0, le=63, description="this bit of a whole number is set, counted from 0"
    )

    @model_validator(mode="after")
    def _one_comparison(self) -> "Condition":
        said = self.model_fields_set - {"path"}
        if len(said) != 1:
            raise ValueError("a condition has a `path` and one comparison, such as `above: 0`")
        return self


class ThingName(Part):
    """Where the name of the thing is, when it is in the payload."""

    path: Paths
    prefix: str = Field("", max_length=32, description="put before what the payload says")
    prefer: Literal["payload", "topic"] = Field(
        "payload", description="which one counts when the topic names the thing too"
    )


class Steps(Part):
    """How far a time is from the one that is written: a number, times a duration."""

    path: JsonPath
    times: Duration


class Time(Part):
    """Where a time is and how it is written."""

    path: Paths
    time_of_day: JsonPath | None = Field(
        None, description="where the time of day is, when `path` leads to the date alone"
    )
    format: str = Field(
        "iso8601",
        max_length=64,
        description="`iso8601`, `iso8601-interval`, `unix`, `unix-milliseconds`, `senml`, "
        "`dsmr`, or a strptime pattern (date and time of day parted by a blank)",
    )
    zone: str | None = Field(
        None, description="zone of times without an offset: an IANA name, `UTC`, or `city`"
    )
    marks: Literal["begin", "end"] = Field(
        "begin", description="which end of the interval the time is"
    )
    otherwise: Literal["reject", "received"] = Field(
        "reject", description="without the time: reject, or take the received time, flagged"
    )
    since: datetime | None = Field(
        None, description="what `unix` seconds are counted from, when not from 1970"
    )
    later: Steps | None = Field(
        None, description="it was so much later, as `{path: number, times: PT1H}`"
    )
    earlier: Steps | None = Field(None, description="it was so much earlier")
    until: "Time | None" = Field(
        None,
        description="where the interval ends; one of another length than `interval` is no value",
    )
    must_agree: "Time | None" = Field(
        None, description="another writing of the same time; where they differ, none is believed"
    )

    @model_validator(mode="after")
    def _counted_from_somewhen(self) -> "Time":
        if self.since and not self.format.startswith("unix"):
            raise ValueError("`since` is for the formats `unix` and `unix-milliseconds`")
        if self.since and self.since.tzinfo is None:
            raise ValueError("`since` needs an offset, such as Z")
        return self


class Place(Part):
    """Where the thing says that it is."""

    geojson: JsonPath | None = Field(None, description="a GeoJSON point")
    x: Paths | None = Field(None, description="longitude in degrees, or easting in metres")
    y: Paths | None = Field(None, description="latitude in degrees, or northing in metres")
    crs: Literal["EPSG:4326", "EPSG:31370", "EPSG:3812"] = Field(
        "EPSG:4326", description="WGS 84, Lambert 72 or Lambert 2008"
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Place":
        if (self.geojson is None) != (self.x is not None and self.y is not None):
            raise ValueError("a place is `geojson`, or `x` and `y`")
        return self


class Coverage(Part):
    """What share of an interval was really measured, where the payload tells it.

    How much is enough, the rule `coverage` of the observed property says.
    """

    path: Paths
    full: float = Field(
        1.0, gt=0, allow_inf_nan=False, description="the number for the whole interval, as 100"
    )


class FlagRule(Part):
    """A doubt that the device itself utters, as one of our flags."""

    flag: str = Field(description="code of the vocabulary's quality flags, as `device.fault`")
    when: list[Condition] = Field(min_length=1, max_length=10, description="all must hold")
