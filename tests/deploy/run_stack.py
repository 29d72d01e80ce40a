"""Run a stack until this process is told to end: `python run_stack.py VARIANT DATA_DIR`."""

import asyncio
import ctypes
import json
import signal
import sys
from pathlib import Path

from deploy.stack import embedded_stack, real_stack


async def main(variant: str, data_dir: Path) -> None:
    """Print the services' process ids and addresses when all are ready, and wait."""
    run = {"embedded": embedded_stack, "real": real_stack}[variant]
    async with run(data_dir=data_dir) as stack:
        facts = {
            "services": [service.pid for service in stack.services],
            "kafka": stack.kafka.bootstrap,
            "database": stack.database.dsn.get_secret_value(),
        }
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        await stack.died()


_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    # This process is a test's, and ends with it.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
