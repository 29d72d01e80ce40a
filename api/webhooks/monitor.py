"""What the sender of webhooks tells about itself."""

from typing import Final

from api.standing import StandingMonitor
from schemas import telemetry as names

STATES: Final = ("active", "paused", "disabled")


class Monitor(StandingMonitor):
    """Health and metrics of what goes out by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = self.counter(names.WEBHOOK_MESSAGES)
        self.webhooks = self.gauge(names.WEBHOOKS)
        self.lag = self.gauge(names.WEBHOOK_LAG)
        self.mqtt_messages = self.counter(names.LIVE_MQTT_MESSAGES)
        self.mqtt_connected = self.gauge(names.LIVE_MQTT_CONNECTED)
        self.mqtt_lag = self.gauge(names.LIVE_MQTT_LAG)
