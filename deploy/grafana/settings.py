"""Where Grafana is, and who we are to it (`STADSPULS_GRAFANA_…`)."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import Misconfigured


class GrafanaSettings(BaseSettings):
    """What `stadspuls grafana provision` is told."""

    model_config = SettingsConfigDict(env_prefix="STADSPULS_GRAFANA_", frozen=True, extra="forbid")

    url: str = Field("http://127.0.0.1:3000", description="address of Grafana")
    token: SecretStr = Field(
        SecretStr(""), description="token of a service account that is an administrator"
    )
    username: str = Field("", description="name of an administrator, instead of a token")
    password: SecretStr = Field(SecretStr(""), description="password of that administrator")
    sslmode: Literal["disable", "require", "verify-ca", "verify-full"] = Field(
        "disable", description="TLS between Grafana and the database"
    )
    database: str = Field(
        "", description="`host:port/name` as Grafana reaches it; empty: as we do"
    )

    def credential(self) -> str | tuple[str, str]:
        """Return the token, or user and password.

        Raises:
            Misconfigured: neither is set.
        """
        if self.token.get_secret_value():
            return self.token.get_secret_value()
        if self.username and self.password.get_secret_value():
            return self.username, self.password.get_secret_value()
        raise Misconfigured(
            "Grafana must know who brings it something: set STADSPULS_GRAFANA_TOKEN, or "
            "STADSPULS_GRAFANA_USERNAME and STADSPULS_GRAFANA_PASSWORD"
        )
