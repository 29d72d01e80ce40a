"""Examples of a profile, which are its tests: a payload, and what it must give."""

from datetime import datetime
from typing import Any

from pydantic import Field, field_validator, model_validator

from schemas.language.profile_parts import Part


class ExpectedObservation(Part):
    """An observation that an example must give; what is left out is not compared."""

    datastream: str
    result: Any
    thing: str | None = None
    profile: str | None = None
    phenomenon_start: datetime | None = None
    phenomenon_end: datetime | None = None
    quality: list[str] | None = None


class Example(Part):
    """A payload after the vendor's format, with values of our own, and what it gives."""

    description: str
    topic: str = Field("", description="as `city/demo/{vendor}/{model}/{thing}`")
    received_time: datetime
    zone: str = "Europe/Brussels"
    payload: Any = Field(None, description="a JSON document")
    payload_text: str | None = Field(None, description="text; line ends become CR LF")
    payload_hex: str | None = None
    port: int | None = Field(
        None, ge=0, le=255, description="the LoRaWAN port of a bare frame, which nobody tells else"
    )
    observations: list[ExpectedObservation] = Field(default_factory=list)
    rejections: list[str] = Field(default_factory=list, description="codes expected, in order")
    empty: str = Field("", description="why nothing is to be observed")
    differences: list[ExpectedObservation] = Field(
        default_factory=list,
        description="what the registers of this example and of those before it give in all",
    )

    @field_validator("payload_hex")
    @classmethod
    def _is_hexadecimal(cls, value: str | None) -> str | None:
        try:
            bytes.fromhex(value or "")
        except ValueError as wrong:
            raise ValueError("is hexadecimal: two of 0-9 and a-f for each byte") from wrong
        return value

    @model_validator(mode="after")
    def _one_payload(self) -> "Example":
        if len({"payload", "payload_text", "payload_hex"} & self.model_fields_set) != 1:
            raise ValueError("an example has one of `payload`, `payload_text`, `payload_hex`")
        if self.port is not None and self.payload_hex is None:
            raise ValueError("`port` is for a bare frame, in `payload_hex`")
        if not (self.observations or self.rejections or self.empty):
            raise ValueError("an example says what it gives: observations, rejections or empty")
        if self.received_time.tzinfo is None:
            raise ValueError("`received_time` needs an offset, such as Z")
        return self
