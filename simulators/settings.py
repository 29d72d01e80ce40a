"""Settings of the simulators, from `SIMULATOR_…`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.settings import MqttConnection


class SimulatorSettings(BaseSettings):
    """What the simulated devices are told."""

    model_config = SettingsConfigDict(
        env_prefix="SIMULATOR_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    mqtt: dict[str, MqttConnection] = Field(
        description="by city: the broker, and the user `{city}.{client}` that publishes"
    )
    scenario: str = Field("demo", description="name of a built-in scenario, or a file")
    seed: int = Field(1, description="the same seed makes the same city")
    speed: float = Field(
        1.0, gt=0, description="simulated seconds in a real one, until the present is reached"
    )
    seconds: float | None = Field(
        None, gt=0, description="how long to publish; empty: until stopped"
    )
    window: int = Field(
        500, ge=1, le=20_000, description="messages in flight to a broker, of each connection"
    )
    ledger_file: Path | None = Field(
        None, description="file to record what was published and acknowledged; JSON lines"
    )
    patience_seconds: float = Field(
        30.0, ge=0, description="how long to wait for acknowledgements at the end"
    )
