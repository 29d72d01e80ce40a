"""The bit table of a binary frame, as data: what lies where, in which order and of which kind."""

import re
from itertools import pairwise
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from schemas.language.frame_fields import (
    FIELDS_LIMIT,
    FieldName,
    FrameField,
    FrameGroup,
    FrameRecord,
    Order,
)
from schemas.language.profile_parts import Part

ANY_BYTE: Final = ".."
READINGS: Final = "readings"
NUMBER: Final = "number"
TAGS_LIMIT: Final = 500
_TAG: Final = re.compile(r"([0-9a-f]{2}|\.\.){1,4}", re.ASCII)
_START: Final = re.compile(r"([0-9a-f]{2}|\.\.){1,8}", re.ASCII)


def _known_tag(tag: str) -> str:
    if _TAG.fullmatch(tag) is None:
        raise ValueError(
            f"`{tag}` is no tag: one to four bytes in lower-case hexadecimal, as in `0367`; "
            "`..` stands for any byte"
        )
    return tag


def _known_start(start: str) -> str:
    if _START.fullmatch(start) is None:
        raise ValueError(
            f"`{start}` is no begin of a frame: one to eight bytes in lower-case hexadecimal, as "
            "in `0b30`; `..` stands for any byte"
        )
    return start


Tag: TypeAlias = Annotated[str, AfterValidator(_known_tag)]
Start: TypeAlias = Annotated[str, AfterValidator(_known_start)]


class FrameSeries(Part):
    """Readings one after the other: items of the list `readings`, each with its `number`."""

    start: list[FrameField] = Field(
        default_factory=list,
        max_length=FIELDS_LIMIT,
        description="what the first reading says; the next have it too, unless they say it anew",
    )
    fields: list[FrameField] = Field(
        min_length=1, max_length=FIELDS_LIMIT, description="what each of the others says"
    )
    times: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="how many others; left out: all that are there",
    )
    keeps: list[FieldName] = Field(
        default_factory=list,
        max_length=FIELDS_LIMIT,
        description="fields around the series that each reading has too, such as a time",
    )
    adds: list[FieldName] = Field(
        default_factory=list,
        max_length=FIELDS_LIMIT,
        description="fields that say how much more it is than in the reading before",
    )
    subtracts: list[FieldName] = Field(
        default_factory=list,
        max_length=FIELDS_LIMIT,
        description="fields that say how much less it is than in the reading before",
    )

    @model_validator(mode="after")
    def _others_fit(self) -> "FrameSeries":
        all_fields = [*self.start, *self.fields]
        if not all(one.is_fixed for one in all_fields):
            raise ValueError("the fields of a series are not `optional`, and no `rest`")
        if any(one.name == NUMBER for one in all_fields):
            raise ValueError(f"`{NUMBER}` is a reading's place; give the field another name")
        begun = {one.name for one in self.start}
        told = {one.name for one in self.fields}
        for name in (*self.adds, *self.subtracts):
            if name not in begun or name not in told:
                raise ValueError(f"`{name}` begins in `start` and goes on in `fields`")
        return self


class FrameLayout(Part):
    """A header, then groups, a series or tagged records."""

    header: list[FrameField] = Field(default_factory=list, max_length=FIELDS_LIMIT)
    groups: list[FrameGroup] = Field(default_factory=list, max_length=64)
    series: FrameSeries | None = None
    footer: FrameRecord | None = Field(None, description="what stands after the series")
    tags: dict[Tag, Annotated[list[FrameField], Field(max_length=FIELDS_LIMIT)]] = Field(
        default_factory=dict,
        max_length=TAGS_LIMIT,
        description="records that begin with a tag in hexadecimal, `..` for any byte: fields of "
        "each; `{channel}` in a field's name is the number of that byte",
    )
    skips: dict[Tag, Annotated[int, Field(ge=0, le=255)]] = Field(
        default_factory=dict,
        max_length=TAGS_LIMIT,
        description="records that are passed over: tag and length in bytes",
    )
    history: dict[Tag, FrameRecord] = Field(
        default_factory=dict,
        max_length=TAGS_LIMIT,
        description="records of earlier readings: they become items of the list `readings`",
    )

    @property
    def all_tags(self) -> list[str]:
        """The tags of all records."""
        return [*self.tags, *self.skips, *self.history]

    @property
    def has_readings(self) -> bool:
        """Whether frames may hold several readings."""
        return bool(self.history or self.series)

    @model_validator(mode="after")
    def _one_kind(self) -> "FrameLayout":
        tags = self.all_tags
        if self.series and tags:
            raise ValueError("a frame has a `series` or `tags`, not both")
        if len(set(tags)) < len(tags):
            raise ValueError("a tag is in one of `tags`, `skips` and `history`")
        for first, second in pairwise(sorted(tags)):
            if second.startswith(first):
                raise ValueError(f"the tag `{second}` begins like `{first}`; no tag may")
        return self

    @model_validator(mode="after")
    def _footer_fits(self) -> "FrameLayout":
        if self.footer is None:
            return self
        if self.series is None:
            raise ValueError("a `footer` follows a `series`; put its fields into the `header`")
        groups = [field for group in self.footer.groups for field in group.fields]
        if not self.series.times and not all(f.is_fixed for f in (*self.footer.fields, *groups)):
            raise ValueError("without `times`, a footer has no `optional` field and no `rest`")
        return self


class ChosenLayout(FrameLayout):
    """The layout of frames of some LoRaWAN ports, of certain first bytes, or of a length."""

    ports: list[Annotated[int, Field(ge=0, le=255)]] = Field(default_factory=list)
    starts: list[Start] = Field(
        default_factory=list,
        max_length=100,
        description="first bytes in hexadecimal, `..` for any byte; the header has them too",
    )

    lengths: list[Annotated[int, Field(ge=1, le=4096)]] = Field(
        default_factory=list, max_length=100, description="how many bytes its frames have"
    )

    @model_validator(mode="after")
    def _some_sign(self) -> "ChosenLayout":
        if not (self.ports or self.starts or self.lengths):
            raise ValueError("say for which `ports`, `starts` or `lengths` a layout is")
        return self


class Frame(FrameLayout):
    """The bit table of a binary frame; one for all, or one for each port or kind of frame."""

    byte_order: Order = "big"
    layouts: list[ChosenLayout] = Field(
        default_factory=list,
        max_length=64,
        description="layouts by LoRaWAN port or first bytes, instead of one for all; the first "
        "that fits",
    )

    @model_validator(mode="after")
    def _one_layout_for_a_frame(self) -> "Frame":
        if self.layouts and (self.header or self.groups or self.series or self.all_tags):
            raise ValueError("a frame has one layout, or `layouts` by port or first bytes")
        signs = [
            (port, start, length)
            for layout in self.layouts
            for port in layout.ports or [-1]
            for start in layout.starts or [""]
            for length in layout.lengths or [0]
        ]
        if len(set(signs)) < len(signs):
            raise ValueError(
                "a port, with the same `starts` and `lengths`, is in one of the `layouts`"
            )
        return self

    @property
    def has_history(self) -> bool:
        """Whether frames may hold several readings."""
        return any(layout.has_readings for layout in (self, *self.layouts))
