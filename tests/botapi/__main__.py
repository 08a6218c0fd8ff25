"""Run the server by itself: ``python -m tests.botapi --port 8081``; see control.py for how to use it."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.botapi.server import BotApi


def main() -> None:
    """Serve until interrupted or terminated."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default="123:TEST")
    arguments = parser.parse_args()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with BotApi(arguments.token, port=arguments.port) as api:
        print(api.url, flush=True)
        done.wait()


if __name__ == "__main__":
    main()
