"""The part of the profile language about registers: what they count in each interval."""

from typing import Final, Literal

from pydantic import Field, field_validator

from schemas.language.profile_parts import Duration, Part, duration

_HOUR_SECONDS: Final = 3600
_SUFFIX: Final = "-difference"


class DifferencesProfile(Part):
    """How the differences of a register are made: observations of a datastream beside it.

    The datastream is called `{register}-difference`; its observed property is the register's
    `difference` in the vocabulary.
    """

    every: Duration = Field(
        description="length of the intervals: whole minutes that divide an hour, as PT15M; take "
        "at least twice the time between two readings. Days are sums, which aggregates have"
    )
    rolls_over_at: float | None = Field(
        None,
        gt=0,
        description="the first number that the register cannot show, after which it begins at 0 "
        "again, as 100000 or 65536; counted as in the payload, before `scale`",
    )
    most: float | None = Field(
        None,
        gt=0,
        description="the most that is counted from one reading to the next, counted as in the "
        "payload; a larger step is another meter. Left out: what is plausible of the difference",
    )
    lower: Literal["exchange", "reset"] = Field(
        "exchange",
        description="what a lower value means: another meter, or a step back, of which nothing is "
        "known; or a device that began at 0 again, so that the value was counted since",
    )

    @field_validator("every")
    @classmethod
    def _divides_an_hour(cls, every: str) -> str:
        seconds = duration(every).total_seconds()
        if seconds % 60 or _HOUR_SECONDS % seconds:
            raise ValueError(f"`{every}` does not divide an hour into whole minutes, as PT15M")
        return every


def difference_name(register: str) -> str:
    """Return the name of the datastream of a register's differences."""
    return register + _SUFFIX
