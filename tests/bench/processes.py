"""Processes of the benchmark: their surroundings, their CPU time and memory as Linux tells them."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

LONGEST = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
DOSETHREAD = (sys.executable, "-P", "-c", "from bot.cli import main; main()")


def cpu_seconds(stat: str) -> float:
    """User and system time in the text of /proc/<pid>/stat; the name of the program may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_megabytes(status: str) -> float:
    """Resident memory in the text of /proc/<pid>/status."""
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def surroundings(folder: Path, **settings: str) -> dict[str, str]:
    """Variables for a child: no setting and no proxy of the operator's reaches it."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"DATA_DIR": str(folder / "data"), "CACHE_DIR": str(folder / "cache"), **settings}


def timed(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a command that must succeed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        command, env=surroundings(folder), cwd=folder, stdout=subprocess.DEVNULL, check=True, timeout=LONGEST
    )
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


class Child:
    """A process that runs meanwhile; its output goes to a file."""

    def __init__(self, command: Sequence[str], folder: Path, **settings: str) -> None:
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.started = time.monotonic()
            self.process = subprocess.Popen(
                command, env=surroundings(folder, **settings), cwd=folder, stdout=log, stderr=log
            )

    @property
    def cpu(self) -> float:
        """Seconds of CPU used so far."""
        return cpu_seconds(self._told("stat"))

    @property
    def memory(self) -> float:
        """Resident megabytes now."""
        return resident_megabytes(self._told("status"))

    def _told(self, what: str) -> str:
        return Path(f"/proc/{self.process.pid}/{what}").read_text(encoding="utf-8", errors="replace")


@contextmanager
def running(command: Sequence[str], folder: Path, **settings: str) -> Iterator[Child]:
    """A child for the length of a block; asked to end at the end, and ended if it does not."""
    child = Child(command, folder, **settings)
    try:
        yield child
    finally:
        child.process.terminate()
        try:
            child.process.wait(15)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
