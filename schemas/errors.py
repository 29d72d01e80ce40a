"""Errors, named by what the caller must do.

    PlatformError
    ├── ReadingRejected    the reading is at fault: to the dead letters, never tried again
    ├── Overloaded         we are, for now: slow down and bring the same thing again
    ├── Unavailable        a neighbour is down: try again after a growing random delay
    │   ├── BrokerUnavailable
    │   └── StoreUnavailable
    ├── Fenced             another process owns this partition now: drop the batch and let go
    ├── Misconfigured      people: stop at the start with a sentence that names the setting
    └── QueryRejected      the caller of an interface: an HTTP 4xx by one table
        ├── NotFound
        ├── NotAllowed
        ├── NotSupported
        └── LimitExceeded

A value out of range is no error: it becomes an observation with a quality flag.
"""


class PlatformError(Exception):
    """Base of every error that the platform raises on purpose."""


class ReadingRejected(PlatformError):
    """The reading cannot become observations; it goes to the dead letters.

    Attributes:
        reason: a code of `schemas/vocabulary/rejections.yaml`, such as `payload.malformed`.
        detail: one sentence for the person who looks after the device.
        where: the place in the payload (a path or a position), empty when it is the whole.
    """

    def __init__(self, reason: str, detail: str, where: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.where = where


class Overloaded(PlatformError):
    """We cannot take more for now; the same thing is welcome later."""


class Unavailable(PlatformError):
    """A neighbour does not answer; try again after a growing random delay."""


class BrokerUnavailable(Unavailable):
    """Kafka or the MQTT broker does not answer."""


class StoreUnavailable(Unavailable):
    """The database does not answer."""


class Fenced(PlatformError):
    """Another process took this partition over; the batch must not be committed."""


class Misconfigured(PlatformError):
    """A setting, profile or city pack is wrong; the sentence names it and says what to do."""


class QueryRejected(PlatformError):
    """The caller of an interface asked for something that cannot be answered."""


class NotFound(QueryRejected):
    """There is no such thing, or none that this caller may see."""


class NotAllowed(QueryRejected):
    """The caller's key does not open this."""


class NotSupported(QueryRejected):
    """The request is understood and not offered."""


class LimitExceeded(QueryRejected):
    """The request is larger than the limits allow; the sentence gives the limit."""
