"""The bit table of a binary frame, as data: what lies where, in which order and of which kind."""

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from schemas.language.profile_parts import Part, Scalar

TAG: Final = re.compile(r"([0-9a-f]{2}|\.\.){1,4}", re.ASCII)
ANY_BYTE: Final = ".."
READINGS: Final = "readings"
SIZES: Final = {
    **{f"{sign}{bits}": bits // 8 for sign in "ui" for bits in (8, 16, 24, 32, 48, 64)},
    "f32": 4,
    "f64": 8,
}


def _known_tag(tag: str) -> str:
    if TAG.fullmatch(tag) is None:
        raise ValueError(
            f"`{tag}` is no tag: one to four bytes in lower-case hexadecimal, as in `0367`; "
            "`..` stands for any byte"
        )
    return tag


FIELDS_LIMIT: Final = 100
TAGS_LIMIT: Final = 500
FieldName: TypeAlias = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*(\{channel\})?[a-z0-9_]*$", max_length=64)
]
FieldType: TypeAlias = Literal[
    "u8", "u16", "u24", "u32", "u48", "u64",
    "i8", "i16", "i24", "i32", "i48", "i64",
    "f32", "f64", "skip", "rest",
]  # fmt: skip
Order: TypeAlias = Literal["big", "little"]
Values: TypeAlias = dict[int, Scalar]
Tag: TypeAlias = Annotated[str, AfterValidator(_known_tag)]


class FramePart(Part):
    """Some bits of a field: a flag, or a number of more bits."""

    name: FieldName
    bit: int = Field(ge=0, le=63, description="the lowest bit of it; 0 is the field's last")
    length: int | None = Field(
        None, ge=1, le=64, description="bits of a number; left out: a flag, true or false"
    )
    values: Values | None = Field(None, description="what the numbers stand for")


class FrameField(Part):
    """A number in a binary frame, at the place where the fields before it end."""

    name: FieldName
    type: FieldType = Field(description="`skip` passes `bytes` over, `rest` all that is left")
    bytes: int = Field(1, ge=1, le=255, description="length of a `skip`")
    byte_order: Order | Literal["low-word-first"] | None = Field(
        None, description="when it differs from the frame's; `low-word-first` is big-endian words"
    )
    equals: int | None = Field(None, description="another value: the frame is of another kind")
    optional: bool = Field(default=False, description="the frame may end before it")
    values: Values | None = Field(None, description="what the numbers stand for")
    parts: list[FramePart] = Field(
        default_factory=list, max_length=64, description="what its bits mean"
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> "FrameField":
        is_whole = self.type[0] in "ui"
        if not is_whole and (self.parts or self.values or self.equals is not None):
            raise ValueError("only whole numbers have `parts`, `values` and `equals`")
        if self.byte_order == "low-word-first" and SIZES.get(self.type, 1) % 2:
            raise ValueError("only numbers of 2, 4, 6 or 8 bytes consist of words")
        last = max((part.bit + (part.length or 1) for part in self.parts), default=0)
        if is_whole and last > 8 * SIZES[self.type]:
            raise ValueError(f"a part ends beyond the {8 * SIZES[self.type]} bits of its field")
        return self


class FrameGroup(Part):
    """Fields that are there when a bit of an earlier field is set."""

    bit: int = Field(ge=0, le=63)
    of: str = Field(description="name of the earlier field")
    fields: list[FrameField] = Field(min_length=1, max_length=FIELDS_LIMIT)


class FrameRecord(Part):
    """A record of an earlier reading, with the time that it was made at."""

    fields: list[FrameField] = Field(min_length=1, max_length=FIELDS_LIMIT)
    groups: list[FrameGroup] = Field(default_factory=list, max_length=64)


class FrameLayout(Part):
    """A header, then groups or tagged records."""

    header: list[FrameField] = Field(default_factory=list, max_length=FIELDS_LIMIT)
    groups: list[FrameGroup] = Field(default_factory=list, max_length=64)
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

    @model_validator(mode="after")
    def _one_kind(self) -> "FrameLayout":
        tags = self.all_tags
        if self.groups and tags:
            raise ValueError("a frame has `groups` or `tags`, not both")
        if len({len(tag) for tag in tags}) > 1:
            raise ValueError("all tags have the same length")
        if len(set(tags)) < len(tags):
            raise ValueError("a tag is in one of `tags`, `skips` and `history`")
        return self


class PortLayout(FrameLayout):
    """The layout of frames that come on some LoRaWAN ports."""

    ports: list[Annotated[int, Field(ge=0, le=255)]] = Field(min_length=1)


class Frame(FrameLayout):
    """The bit table of a binary frame; one for all ports, or one for each port."""

    byte_order: Order = "big"
    layouts: list[PortLayout] = Field(
        default_factory=list,
        max_length=64,
        description="layouts by LoRaWAN port, instead of one for all",
    )

    @model_validator(mode="after")
    def _one_layout_for_a_port(self) -> "Frame":
        if self.layouts and (self.header or self.groups or self.all_tags):
            raise ValueError("a frame has one layout, or `layouts` by port")
        ports = [port for layout in self.layouts for port in layout.ports]
        if len(set(ports)) < len(ports):
            raise ValueError("a port is in one of the `layouts`")
        return self

    @property
    def has_history(self) -> bool:
        """Whether frames may hold earlier readings."""
        return any(layout.history for layout in (self, *self.layouts))
