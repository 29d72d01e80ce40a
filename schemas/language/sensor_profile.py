"""The profile language: what a vendor's payload means, as data (YAML in `schemas/profiles`).

A profile says how the bytes become a document (`decode`), which thing and which time it is
about, and for each datastream where the value lies, in which unit. It holds no code. Its
examples are its tests: `stadspuls profile check` runs them.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.language.decode_profile import (
    PRIVATE,
    Around,
    CsvForm,
    Decoding,
    Entries,
    KnownPath,
    Pairs,
    Table,
    TextForm,
    TopicPattern,
    XmlForm,
)
from schemas.language.differences_profile import DifferencesProfile
from schemas.language.frame_profile import READINGS, Frame
from schemas.language.plain_numbers import Decimal
from schemas.language.profile_examples import Example
from schemas.language.profile_parts import (
    Condition,
    Coverage,
    Duration,
    FlagRule,
    JsonPath,
    Part,
    Paths,
    Place,
    ProfileId,
    Scalar,
    ThingName,
    Time,
)
from schemas.vocabulary_entries import ObservationType, Slug


class Envelope(Part):
    """What a network server puts around a device's own payload."""

    bytes: Paths | None = Field(None, description="the device's bytes, as text")
    encoding: Literal["base64", "hex"] = Field("base64", description="how the bytes are written")
    document: Paths | None = Field(None, description="the document that the server made of them")
    port: JsonPath | None = Field(None, description="the LoRaWAN port that they came on")
    model: list[JsonPath] = Field(
        default_factory=list,
        max_length=2,
        description="what names the device's model; of two, `vendor` and `model`",
    )
    uplink: list[JsonPath] = Field(
        default_factory=list,
        max_length=4,
        description="what names an uplink, whichever gateway heard it: it counts once",
    )


class CarriedBy(Part):
    """An envelope that brings this device's payload, and how to know the device in it.

    The topic `vendor/model` says it, or the envelope where it names the model, or the conditions.
    A binary frame comes in every envelope that has bytes, by its id; that need not be said.
    """

    envelope: ProfileId
    models: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="what the envelope calls the model; else the id",
    )
    when: list[Condition] = Field(default_factory=list, max_length=10, description="all must hold")


class DatastreamProfile(Part):
    """One series of values: what, where and in which unit."""

    observed_property: Slug = Field(description="slug of the vocabulary")
    title: str = Field("", description="what distinguishes it, when a property is there twice")
    at: Paths | None = Field(
        None, description="object that the other paths start from; the first that is there"
    )
    path: Paths = Field(description="where the value is; of several, the first that is there")
    unit: str = Field(description="unit in the payload: UCUM, or an alias such as `ppm`")
    unit_path: JsonPath | None = Field(
        None, description="where the payload names its unit; another one rejects the value"
    )
    value: Literal["number", "number-in-text", "boolean", "text"] = Field(
        "number", description="in CSV, XML and text, `number` is read from text too"
    )
    values: dict[Annotated[str, Field(max_length=100)], Scalar] = Field(
        default_factory=dict,
        max_length=100,
        description="what the payload's words stand for, as `{free: 1, taken: 0}`; another word "
        "rejects the value",
    )
    scale: float = Field(1.0, description="result = value * scale + offset, before conversion")
    offset: float = 0.0
    missing: list[Scalar] = Field(
        default_factory=list,
        max_length=100,
        description="values that stand for none, such as 252 or `NaN`",
    )
    when: list[Condition] = Field(
        default_factory=list,
        max_length=10,
        description="the datastream is in the payload when all hold",
    )
    valid_when: list[Condition] = Field(
        default_factory=list,
        max_length=10,
        description="otherwise the value is there and counts nothing",
    )
    flags: list[FlagRule] = Field(
        default_factory=list, max_length=10, description="the device's own doubts"
    )
    coverage: Coverage | None = Field(None, description="when it differs from the profile's")
    every: Duration | None = Field(None, description="when it differs from the profile's")
    interval: Duration | None = Field(None, description="length of the interval, as PT1H")
    interval_path: JsonPath | None = Field(
        None, description="where the payload tells that length, in seconds"
    )
    phenomenon_time: Time | None = Field(None, description="when it differs from the profile's")
    observation_type: ObservationType | None = Field(
        None, description="when it differs from the observed property's"
    )
    differences: DifferencesProfile | None = Field(
        None, description="of a register, when they differ from the profile's"
    )

    @model_validator(mode="after")
    def _only_numbers_scale(self) -> "DatastreamProfile":
        if self.value in {"boolean", "text"} and (self.scale, self.offset) != (1.0, 0.0):
            raise ValueError(f"a {self.value} has no `scale` or `offset`")
        if self.value in {"boolean", "text"} and self.differences:
            raise ValueError(f"a {self.value} has no `differences`")
        return self


class SensorProfile(Part):
    """A sensor type: how its payloads become observations."""

    id: ProfileId = Field(description="`vendor/model`, as in the topic and the file's place")
    title: str
    version: int = Field(ge=1, description="counted up when results change")
    source: str = Field(description="the documentation that this was made from")
    licence: str = ""
    personal: Literal["no", "yes"] = Field(description="whether values are about persons")
    personal_fields: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="removed before anything is kept: paths, `[*]` for each item of a list; in "
        "telegrams OBIS references, `*` for any channel; in CSV and forms names",
    )
    decode: Decoding
    csv: CsvForm | None = None
    xml: XmlForm | None = None
    text: TextForm | None = None
    frame: Frame | None = None
    json_text: list[KnownPath] = Field(
        default_factory=list, max_length=5, description="texts that hold JSON, as `records[*].at`"
    )
    entries: list[Entries] = Field(default_factory=list, max_length=5)
    tables: list[Table] = Field(default_factory=list, max_length=5)
    around: list[Around] = Field(default_factory=list, max_length=5)
    pairs: Pairs | None = None
    decimal: Decimal = Field(".", description="what parts the decimals of numbers in texts")
    requires: list[Condition] = Field(
        default_factory=list, max_length=10, description="what makes a payload one of this kind"
    )
    envelope: Envelope | None = Field(None, description="this profile carries others")
    carried_by: list[CarriedBy] = Field(default_factory=list, max_length=20)
    topic: TopicPattern | None = Field(
        None,
        description="how topics end, as `tele/{device}/SENSOR`; what the names stand for is in "
        "the document, as `topic.device`",
    )
    each: JsonPath | None = Field(None, description="a list whose items are read one by one")
    thing: ThingName | None = Field(None, description="left out: the topic names the thing")
    place: Place | None = Field(None, description="where the thing is, if it says so")
    phenomenon_time: Time | Literal["received"] = "received"
    result_time: Time | None = Field(None, description="left out: the end of the phenomenon")
    interval: Duration | None = Field(None, description="length of all intervals, as PT1H")
    valid_when: list[Condition] = Field(
        default_factory=list,
        max_length=10,
        description="otherwise the payload is valid, and counts nothing",
    )
    flags: list[FlagRule] = Field(
        default_factory=list, max_length=10, description="the device's own doubts"
    )
    differences: DifferencesProfile | None = Field(
        None, description="what registers count in each interval, of all that are registers"
    )
    coverage: Coverage | None = Field(
        None, description="what share of the interval was really measured"
    )
    every: Duration | None = Field(
        None,
        description="how often values come, as PT5M; left out: as long as an interval lasts, else "
        "learned from what comes",
    )
    datastreams: dict[Slug, DatastreamProfile] = Field(default_factory=dict, max_length=200)
    examples: list[Example] = Field(
        default_factory=list, description="at least one: they are its tests"
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> "SensorProfile":
        if (self.decode == "frame") != (self.frame is not None):
            raise ValueError("`decode: frame` and `frame:` belong together")
        if (self.envelope is None) == (not self.datastreams):
            raise ValueError("a profile has `datastreams`, or is an `envelope` of others")
        if self.envelope and self.envelope.bytes is None and self.envelope.document is None:
            raise ValueError("an envelope says where the `bytes` or the `document` are")
        if self.envelope and self.carried_by:
            raise ValueError("an envelope is not carried by another: leave `carried_by` out")
        if self.carried_by and self.personal_fields:
            raise ValueError("declare `personal_fields` in the envelope, which is read first")
        if self.frame and (self.pairs or self.personal_fields):
            raise ValueError("`pairs` and `personal_fields` are not for binary frames")
        if self.decode != "json" and (self.entries or self.tables or self.around):
            raise ValueError("`entries`, `tables` and `around` are for JSON")
        if self.frame and self.each != (READINGS if self.frame.has_history else None):
            raise ValueError(
                f"a frame with a `history` or a `series`, and no other, has `each: {READINGS}`"
            )
        return self

    @model_validator(mode="after")
    def _form_fits(self) -> "SensorProfile":
        forms = {"csv": self.csv, "xml": self.xml, "text": self.text}
        if any(form and name != self.decode for name, form in forms.items()):
            raise ValueError("`csv`, `xml` and `text` belong to the `decode` of their name")
        if self.decode == "text" and self.text is None:
            raise ValueError("`decode: text` needs `text:`, a pattern or pairs")
        if self.place and self.personal == "yes":
            raise ValueError("the place of a personal device is not for the catalogue")
        if self.personal_fields and self.decode not in PRIVATE:
            raise ValueError(f"`personal_fields` are for {', '.join(sorted(PRIVATE))}")
        return self
