"""A whole platform as a person starts it, `stadspuls up`, and callers of it."""

import asyncio
import contextlib
import json
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from pydantic import SecretStr

from deploy.installation import EXAMPLES, Installation
from deploy.stack.mqtt_probe import probe_mqtt
from deploy.stack.process import Command, spawn
from schemas.settings import MqttConnection

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 90.0
CITIES = ("leiedonk", "vlierhove")

log = logging.getLogger(__name__)

_Found = TypeVar("_Found")


def eventually(look: Callable[[], _Found], *, seconds: float = PATIENCE_SECONDS) -> _Found:
    """Return the first true answer of `look`, which is asked again and again."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{look} did not come true in {seconds:.0f} s")
        time.sleep(0.1)


@dataclass(frozen=True)
class Up:
    """A running platform, seen from outside."""

    installation: Installation
    services: str
    process: subprocess.Popen[bytes]

    @property
    def facts(self) -> dict[str, Any]:
        """What it says about itself."""
        return self.installation.running()

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Ask the open interfaces."""
        return httpx.get(self.facts["api"] + path, timeout=30, **options)

    def post(self, path: str, *, city: str, **options: Any) -> httpx.Response:
        """Bring something to HTTP ingest with a city's key."""
        key = {"Authorization": f"Bearer {self.installation.http_key(city)}"}
        headers = {**key, **options.pop("headers", {})}
        return httpx.post(self.facts["ingest"] + path, headers=headers, timeout=30, **options)

    def takes_readings(self) -> bool:
        """Tell whether the gateway is ready; not while the pipeline starts anew."""
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(self.facts["ingest"] + "/ready", timeout=30).is_success
        return False

    def opens(self, city: str, password: str) -> bool:
        """Tell whether a password of a city's sensors opens the broker."""
        address = httpx.URL(self.facts["mqtt"])
        sensors = MqttConnection(
            host=address.host,
            port=address.port or 1883,
            username=f"{city}.sensors",
            password=SecretStr(password),
        )
        with contextlib.suppress(OSError):
            asyncio.run(probe_mqtt(sensors))
            return True
        return False

    @contextlib.contextmanager
    def device(
        self, city: str, *, version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311
    ) -> Iterator[mqtt.Client]:
        """Return an MQTT client that is logged in as a city's sensors."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=version)
        client.on_disconnect = lambda *about: log.info(
            "%s.sensors disconnected: %s", city, about[3]
        )
        client.username_pw_set(f"{city}.sensors", self.installation.mqtt_password(city, "sensors"))
        address = httpx.URL(self.facts["mqtt"])
        client.connect(address.host, address.port or 1883)
        client.loop_start()
        eventually(client.is_connected)
        try:
            yield client
        finally:
            client.disconnect()
            client.loop_stop()

    def observations(self, city: str, thing: str, datastream: str) -> list[dict[str, Any]]:
        """Return the observations of a datastream, oldest first, with the city's key."""
        found = self.get(
            "/sensorthings/v1.1/Datastreams",
            params={
                "$filter": f"properties/name eq '{datastream}' and "
                f"Thing/properties/name eq '{thing}' and Thing/properties/city eq '{city}'",
                "$expand": "Observations($orderby=phenomenonTime asc;$top=1000),ObservedProperty",
            },
            headers={"Authorization": f"Bearer {self.installation.http_key(city)}"},
        )
        assert found.status_code == httpx.codes.OK, found.text
        streams = found.json()["value"]
        return [one for stream in streams for one in stream["Observations"]]

    def dead_letters(self) -> list[dict[str, Any]]:
        """Return what was rejected, newest first."""
        facts = stadspuls(
            "dead-letters",
            "list",
            "--limit",
            "1000",
            "--json",
            "--data-dir",
            str(self.installation.data_dir),
        )
        newest: list[dict[str, Any]] = json.loads(facts.stdout)["newest"]
        return newest

    def stop(self, *, with_signal: signal.Signals = signal.SIGINT) -> float:
        """Stop it as Ctrl-C does; return how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(with_signal)
        self.process.wait(PATIENCE_SECONDS)
        return time.monotonic() - began


def stadspuls(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.command", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done


@contextlib.contextmanager
def up(
    data_dir: Path, *, services: str, packs: Sequence[Path] = (), **variables: str
) -> Iterator[Up]:
    """Run `stadspuls up` on a data directory, with settings; end it whatever happens."""
    packs = packs or [EXAMPLES / city for city in CITIES]
    stadspuls("city", "add", "--data-dir", str(data_dir), *map(str, packs))
    output = (data_dir / "up.log").open("ab")
    words = ("-m", "deploy.command", "up", "--services", services, "--data-dir", str(data_dir))
    program = (sys.executable, *words, "--port", "0", "--ingest-port", "0")
    command = Command(program=program, environment=variables)
    # Ends with the test run, also when that is killed.
    process = spawn(command, folder=ROOT, log=output, orphan_signal=signal.SIGTERM)
    try:
        platform = Up(Installation(data_dir), services, process)
        eventually(lambda: _is_ready(platform), seconds=180)
        yield platform
    except BaseException:
        log.info("%s", _last_words(data_dir))
        raise
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
        process.kill()
        process.wait()
        output.close()


def _last_words(data_dir: Path) -> str:
    """Return the end of every log, for whoever looks into a failure."""
    logs = [data_dir / "up.log", *sorted((data_dir / "logs").glob("*.log"))]
    ends = ((log, log.read_text(errors="replace")[-2000:]) for log in logs if log.exists())
    return "\n".join(f"--- {log.name}\n{end}" for log, end in ends)


def _is_ready(platform: Up) -> bool:
    assert platform.process.poll() is None, (platform.installation.data_dir / "up.log").read_text()
    try:
        facts = platform.facts
        answers = [httpx.get(facts[part] + "/ready", timeout=5) for part in ("api", "ingest")]
    except (LookupError, httpx.HTTPError):
        return False
    except Exception as not_yet:
        if "no platform runs" in str(not_yet):
            return False
        raise
    return all(answer.status_code == httpx.codes.OK for answer in answers)


def children_of(pid: int) -> list[int]:
    """Return the process ids below a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == pid:
                    found += [int(entry.name), *children_of(int(entry.name))]
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and is not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
