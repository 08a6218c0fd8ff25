"""Where updates are delivered while a webhook is set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Target:
    """A webhook and how it fares."""

    url: str
    secret: str
    max_connections: int
    ip_address: str = ""
    last_error: str = ""
    last_error_time: int = 0
