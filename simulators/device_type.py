"""Types of devices, as YAML: `simulators/devices/*.yaml`, one dialect of one profile each."""

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from simulators.message_template import (
    Template,
    document_template,
    frame_template,
    references,
    text_template,
)
from simulators.part import Part, read_part

FOLDER: Final = Path(__file__).parent / "devices"


class LoRaWan(Part):
    """How a LoRaWAN network knows the model.

    Attributes:
        brand: of its maker, in the device repository of The Things Stack.
        model: in that repository.
        port: of its uplinks.
    """

    brand: str
    model: str
    port: int = Field(ge=1, le=223)


class DeviceType(Part):
    """What devices of a type say; exactly one of `document`, `text`, `frame` and `dialect`.

    Attributes:
        profile: that reads it, `vendor/model`.
        seconds: between two messages.
        counts_period: a message is about the whole time since the one before; its pace is fixed.
        backlog: messages of before the start that it sends at the start, when it counts periods.
        lorawan: how a network knows it, where it speaks over one.
        noise: deviation of measured quantities, in their units.
        document: JSON.
        text: CSV, XML or what it may be.
        frame: bytes, see `message_template`.
        byte_order: of the numbers in a frame.
        dialect: the function in `dialects/` that writes it, where a template cannot.
    """

    profile: str
    seconds: float = Field(gt=0)
    counts_period: bool = False
    backlog: int = Field(1, ge=1)
    lorawan: LoRaWan | None = None
    noise: dict[str, float] = Field(default_factory=dict)
    document: dict[str, Any] | list[Any] | None = None
    text: str | None = None
    frame: tuple[str | list[str], ...] = ()
    byte_order: Literal["big", "little"] = "big"
    dialect: Literal["p1-telegram", "telraam"] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = (self.document, self.text, self.frame or None, self.dialect)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("give one of document, text, frame and dialect")
        if bool(self.frame) != bool(self.lorawan):
            raise ValueError("a frame goes over lorawan, and nothing else does")
        list(references(self._written))
        return self

    @cached_property
    def template(self) -> Template:
        """What writes a message; of a dialect there is none."""
        if self.document is not None:
            return document_template(self.document)
        if self.text is not None:
            return text_template(self.text)
        return frame_template(self.frame, byte_order=self.byte_order)

    @property
    def quantities(self) -> set[str]:
        """What it measures, as far as its template says."""
        return {one.name for one in references(self._written) if one.is_quantity}

    @property
    def tells_time(self) -> bool:
        """Whether its messages hold what its own clock shows."""
        return bool(self.dialect) or any(one.tells_time for one in references(self._written))

    @property
    def _written(self) -> Any:
        return self.document or self.text or self.frame


@cache
def load_device_types() -> Mapping[str, DeviceType]:
    """Return the types that come along, by name.

    Raises:
        Misconfigured: one is wrong; names the file and the field.
    """
    return {file.stem: read_part(DeviceType, file) for file in sorted(FOLDER.glob("*.yaml"))}
