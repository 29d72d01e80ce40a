"""What the builder tells about itself."""

from api.standing import StandingMonitor
from schemas import telemetry as names


class Monitor(StandingMonitor):
    """Health and metrics of a builder."""

    def __init__(self) -> None:
        super().__init__()
        self.pages = self.counter(names.LDES_PAGES)
        self.members = self.counter(names.LDES_MEMBERS)
        self.missing = self.counter(names.LDES_MISSING)
        self.retired = self.counter(names.LDES_RETIRED)
        self.lag = self.gauge(names.LDES_LAG)
