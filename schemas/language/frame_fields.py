"""Fields of a binary frame, as data: how wide, of which kind, and what their bits mean."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, model_validator

from schemas.language.profile_parts import Part, Scalar

SIZES: Final = {
    **{
        f"{kind}{bits}": bits // 8
        for kind in ("u", "i", "bcd")
        for bits in (8, 16, 24, 32, 48, 64)
    },
    "f32": 4,
    "f64": 8,
}
FIELDS_LIMIT: Final = 100

FieldName: TypeAlias = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*(\{channel\})?[a-z0-9_]*$", max_length=64)
]
FieldType: TypeAlias = Literal[
    "u8", "u16", "u24", "u32", "u48", "u64",
    "i8", "i16", "i24", "i32", "i48", "i64",
    "bcd8", "bcd16", "bcd24", "bcd32", "bcd48", "bcd64",
    "f32", "f64", "skip", "rest",
]  # fmt: skip
Order: TypeAlias = Literal["big", "little"]
Values: TypeAlias = dict[int, Scalar]


class LowerBits(Part):
    """The lower bits of a number whose bits lie apart."""

    bit: int = Field(ge=0, le=63)
    length: int = Field(ge=1, le=63)


class FramePart(Part):
    """Some bits of a field: a flag, or a number of more bits."""

    name: FieldName
    bit: int = Field(ge=0, le=63, description="the lowest bit of it; 0 is the field's last")
    length: int | None = Field(
        None, ge=1, le=64, description="bits of a number; left out: a flag, true or false"
    )
    then: LowerBits | None = Field(None, description="where its lower bits are, when apart")
    signed: bool = Field(default=False, description="whether its highest bit is a sign")
    values: Values | None = Field(None, description="what the numbers stand for")

    @model_validator(mode="after")
    def _numbers_have_a_length(self) -> "FramePart":
        if self.length is None and (self.then or self.signed):
            raise ValueError("`then` and `signed` are for numbers, which have a `length`")
        return self

    @property
    def last(self) -> int:
        """The bit after the highest that it has."""
        lower = self.then.bit + self.then.length if self.then else 0
        return max(self.bit + (self.length or 1), lower)


class FrameField(Part):
    """A number in a binary frame, at the place where the fields before it end."""

    name: FieldName
    type: FieldType = Field(
        description="`bcd` numbers have a decimal digit in every four bits; `skip` passes `bytes` "
        "over, `rest` all that is left"
    )
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
        if not self.is_whole and (self.parts or self.values or self.equals is not None):
            raise ValueError("only whole numbers have `parts`, `values` and `equals`")
        if self.byte_order == "low-word-first" and SIZES.get(self.type, 1) % 2:
            raise ValueError("only numbers of 2, 4, 6 or 8 bytes consist of words")
        if self.is_whole and max((one.last for one in self.parts), default=0) > self.bits:
            raise ValueError(f"a part ends beyond the {self.bits} bits of its field")
        return self

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number in binary, whose bits may mean something."""
        return self.type[0] in "ui"

    @property
    def bits(self) -> int:
        """How wide a number is."""
        return 8 * SIZES[self.type]

    @property
    def is_fixed(self) -> bool:
        """Whether it is there, and as long, in every frame."""
        return self.type != "rest" and not self.optional


class FrameGroup(Part):
    """Fields that are there when an earlier field has a bit set, or a certain value."""

    of: str = Field(description="name of the earlier field, or of a part of one")
    bit: int | None = Field(None, ge=0, le=63, description="this bit of it is set")
    equals: int | None = Field(None, description="this is its value")
    one_of: list[int] | None = Field(None, min_length=1, max_length=100)
    fields: list[FrameField] = Field(min_length=1, max_length=FIELDS_LIMIT)

    @model_validator(mode="after")
    def _one_question(self) -> "FrameGroup":
        if sum(said is not None for said in (self.bit, self.equals, self.one_of)) != 1:
            raise ValueError("a group has `of` and one of `bit`, `equals` and `one_of`")
        return self


class FrameRecord(Part):
    """Fields one after the other, then groups."""

    fields: list[FrameField] = Field(default_factory=list, max_length=FIELDS_LIMIT)
    groups: list[FrameGroup] = Field(default_factory=list, max_length=64)

    @model_validator(mode="after")
    def _something(self) -> "FrameRecord":
        if not self.fields and not self.groups:
            raise ValueError("a record has `fields` or `groups`")
        return self
