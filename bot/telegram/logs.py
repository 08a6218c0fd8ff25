"""Logs as JSON lines on standard error; never a text, a name or a token."""

import logging
import sys
import traceback
from pathlib import Path

import structlog

# These write addresses that hold the token, or whole requests.
_TALKATIVE = ("httpx", "httpcore", "telegram")


class _Bare(logging.Handler):
    """Other libraries' warnings: who, and what kind of error; messages may hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        about = {"logger": record.name, "at": f"{Path(record.pathname).name}:{record.lineno}"}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            about["error"] = type(error).__name__
            last = traceback.extract_tb(error.__traceback__)[-1:]
            about["raised"] = " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)
        structlog.get_logger().log(record.levelno, "library", **about)


def configure_logs() -> None:
    """Set up for the whole process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Bare()], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
