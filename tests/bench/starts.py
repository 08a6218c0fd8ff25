"""Cold starts: one question on the command line beside bare Python, and what it imported."""

import subprocess
import sys
from pathlib import Path

from tests.bench.figures import Spread
from tests.bench.processes import DOSETHREAD, LONGEST, surroundings, timed

QUESTION = "max dose of oral baclofen"
COMMANDS = {
    "ask": (*DOSETHREAD, "ask", QUESTION),
    "python": (sys.executable, "-c", "pass"),
    "telegram_ext": (sys.executable, "-c", "import telegram.ext"),
}
UNWANTED = ("telegram", "sqlalchemy", "matplotlib")
_TELL = f"""
import sys
from bot.cli import app
app(["ask", {QUESTION!r}], standalone_mode=False)
print(*(name for name in {UNWANTED!r} if name in sys.modules), file=sys.stderr)
"""


def start_results(folder: Path, times: int) -> dict[str, dict[str, float]]:
    """Wall and CPU milliseconds of each command, after one start that fills the cache."""
    timed(COMMANDS["ask"], folder)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(times):
        for name, command in COMMANDS.items():
            taken[name].append(timed(command, folder))
    return {
        f"start_{name}": {
            **Spread.of([wall * 1000 for wall, _ in pairs]).named("wall_ms"),
            **Spread.of([cpu * 1000 for _, cpu in pairs]).named("cpu_ms"),
        }
        for name, pairs in taken.items()
    }


def unwanted_imports(folder: Path) -> tuple[str, ...]:
    """Which of the heavy libraries that no question needs were imported for one."""
    command = (sys.executable, "-P", "-c", _TELL)
    told = subprocess.run(
        command, env=surroundings(folder), cwd=folder, capture_output=True, text=True, check=True, timeout=LONGEST
    )
    return tuple(told.stderr.split())
