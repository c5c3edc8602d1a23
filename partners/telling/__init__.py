"""Brings events to partners' webhooks: signed, at least once, those of one resource in their order.

addresses   where may be sent to      sending    one request      signing    who it is from
queueing    what is due               delivering the run          outcome    what follows from it
managing    what people and partners do with webhooks             retention  what is forgotten
"""

from partners.telling.delivering import tell
from partners.telling.managing import (
    SUSPENDED,
    TooManyWebhooksError,
    change,
    disable,
    enable,
    open_webhook,
    ping,
    remove,
    replay,
    rotate_secret,
)
from partners.telling.queueing import due
from partners.telling.retention import forget_old

__all__ = [
    "SUSPENDED",
    "TooManyWebhooksError",
    "change",
    "disable",
    "due",
    "enable",
    "forget_old",
    "open_webhook",
    "ping",
    "remove",
    "replay",
    "rotate_secret",
    "tell",
]
