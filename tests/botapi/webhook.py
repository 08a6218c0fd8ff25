"""setWebhook and its kin."""

from __future__ import annotations

import re

from tests.botapi.core import Core
from tests.botapi.params import Params
from tests.botapi.records import Json, bad_request
from tests.botapi.webhook_target import Target

_SECRET = re.compile(r"[A-Za-z0-9_\-]{0,256}")
_URL = re.compile(r"http://[\w.\-]+(:\d+)?(/\S*)?")
_DEFAULT_CONNECTIONS = 40


def set_webhook(core: Core, params: Params) -> bool:
    """setWebhook; an empty address deletes it. Only plain HTTP can be delivered to."""
    url = params.text("url")
    if not url:
        return delete_webhook(core, params)
    secret = params.text("secret_token")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if not _URL.fullmatch(url):
        raise bad_request("bad webhook: this server delivers to plain http:// addresses only")
    connections = min(max(params.integer("max_connections", _DEFAULT_CONNECTIONS), 1), 100)
    _settings(core, params)
    core.target = Target(url, secret, connections, params.text("ip_address"))
    core.abort_poll("Conflict: terminated by setWebhook request")
    core.wake()
    return True


def delete_webhook(core: Core, params: Params) -> bool:
    """deleteWebhook."""
    _settings(core, params)
    core.target = None
    core.wake()
    return True


def get_webhook_info(core: Core, params: Params) -> Json:
    """getWebhookInfo."""
    info: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(core.mailbox.pending),
    }
    if core.target is not None:
        info |= {"url": core.target.url, "max_connections": core.target.max_connections}
        if core.target.ip_address:
            info["ip_address"] = core.target.ip_address
        if core.target.last_error:
            info |= {
                "last_error_date": core.target.last_error_time,
                "last_error_message": core.target.last_error,
            }
    if core.mailbox.allowed is not None:
        info["allowed_updates"] = sorted(core.mailbox.allowed)
    return info


def allow_updates(core: Core, params: Params) -> None:
    """Take over allowed_updates if the request has it; the setting persists."""
    kinds = params.decoded("allowed_updates", "allowed_updates")
    if isinstance(kinds, list):
        core.mailbox.allow(str(kind) for kind in kinds)


def _settings(core: Core, params: Params) -> None:
    allow_updates(core, params)
    if params.flag("drop_pending_updates"):
        core.mailbox.clear()
