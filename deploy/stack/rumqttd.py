"""Run rumqttd in this process: `python -I rumqttd.py CONFIGURATION`.

rumqttd's threads can panic (seen: two clients that take over one client id at the same moment) and
leave a broker that listens and serves nobody. This process ends then, so that it is noticed.
"""

import logging
import os
import sys
import threading

from iotcore.iotcore import IotCoreBroker

_PANIC = b" panicked at "


def main() -> None:
    """Serve until a signal or a panic ends this process."""
    # It logs a line of level ERROR for every packet.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    log = os.dup(2)
    words, stderr = os.pipe()
    os.dup2(stderr, 2)
    threading.Thread(target=_end_at_panic, args=(words, log), daemon=True).start()
    IotCoreBroker(config_path=sys.argv[1]).run_forever()


def _end_at_panic(words: int, log: int) -> None:
    with os.fdopen(words, "rb", buffering=0) as pipe:
        while chunk := pipe.read(65536):
            os.write(log, chunk)
            if _PANIC in chunk:
                os._exit(1)


if __name__ == "__main__":
    main()
