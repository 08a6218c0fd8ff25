"""The edge as a process of its own, for tests that kill it: `python -m tests.edge`."""

import sys

from bot.settings import load_settings
from bot.telegram.application import serve
from tests.edge.echo import echo_mind

if __name__ == "__main__":
    sys.exit(serve(load_settings(), echo_mind()))
