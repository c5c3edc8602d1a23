"""Webhook deliveries: signed, retried with growing gaps, and on demand doubled, late or shuffled.

Only loopback addresses are called: a rehearsal ends on this machine. Deliveries live in memory;
like a shop, the sandbox promises neither order nor arrival.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import random
import threading
import uuid
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from channels.adapters.shopify.sandbox.clock import iso
from channels.adapters.shopify.sandbox.payloads import BUILDERS, payload
from channels.adapters.shopify.sandbox.shop import Shop
from channels.adapters.shopify.sandbox.store import Event, Row, Store

logger = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
GAPS = (60, 300, 600, 1200, 1800, 2700, 3600, 4140)
"""Seconds of the shop's clock before each of the 8 repeats: four hours in all."""
ANSWER_SECONDS = 5
PATIENCE = 0.1
"""Seconds the next delivery waits for the answer to the one before."""
SENDERS = 8
"""Deliveries under way at once, at most."""
REMEMBERED = 500


@dataclass(slots=True)
class Delivery:
    """One message to one address; repeats bear the same id and the same bytes."""

    subscription_id: int
    topic: str
    uri: str
    body: bytes
    event_id: str
    due_at: float
    triggered_at: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0
    outcome: str = "waiting"

    def describe(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "topic": self.topic,
            "uri": self.uri,
            "event_id": self.event_id,
            "attempts": self.attempts,
            "outcome": self.outcome,
            "payload": json.loads(self.body),
        }


@dataclass(slots=True)
class Habits:
    """How deliveries misbehave.

    copies: how often each is sent, under one id. drop_share: how many of them are never sent,
    from 0 to 1. shuffle: those waiting go in any order. Both are drawn from `seed`.
    """

    copies: int = 1
    delay_seconds: float = 0.0
    is_held: bool = False
    is_reversed: bool = False
    is_signature_wrong: bool = False
    drop_share: float = 0.0
    shuffle: bool = False
    seed: int = 0

    def dice(self) -> random.Random:
        return random.Random(self.seed)  # noqa: S311 - to be drawn again, not to be secret


class Deliverer:
    """Turns committed events into deliveries and sends them from threads of its own.

    One at a time and in order while the other side answers at once; a slow answer is left behind
    after PATIENCE, so that it keeps nobody else's waiting.
    """

    def __init__(self, store: Store, shop: Shop) -> None:
        self.store = store
        self.shop = shop
        self.habits = Habits()
        self._dice = self.habits.dice()
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._free = threading.BoundedSemaphore(SENDERS)
        self._waiting: list[Delivery] = []
        self._past: deque[Delivery] = deque(maxlen=REMEMBERED)
        self._condition = threading.Condition()
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        store.listener = self.hear

    def hear(self, events: Sequence[Event]) -> None:
        """Queue a delivery for each event and subscription. Called under the store's lock."""
        subscriptions: dict[str, list[Row]] = {}
        for row in self.store.all("SELECT * FROM webhook_subscriptions ORDER BY id"):
            subscriptions.setdefault(row["topic"], []).append(row)
        if not subscriptions:
            return
        event_id, now = str(uuid.uuid4()), self.store.clock.now()
        for topic, numbers in events:
            wanted = subscriptions.get(topic, [])
            said = payload(self.store, topic, numbers) if wanted and topic in BUILDERS else None
            if said is None:
                continue
            for row in wanted:
                due_at = now + self.habits.delay_seconds
                body = _body(said, json.loads(row["include_fields"]))
                self._queue(
                    Delivery(row["id"], topic, row["uri"], body, event_id, due_at, iso(now))
                )

    def shape(self, habits: Habits) -> None:
        with self._condition:
            self.habits, self._dice = habits, habits.dice()
            self._condition.notify_all()

    def deliveries(self) -> list[dict[str, Any]]:
        """What was sent lately, then what waits."""
        with self._condition:
            return [each.describe() for each in (*self._past, *self._waiting)]

    def clear(self) -> None:
        with self._condition:
            self._waiting.clear()
            self._past.clear()
            self.habits = Habits()
            self._dice = self.habits.dice()

    def stop(self) -> None:
        with self._condition:
            self._is_stopped = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._senders.shutdown()

    def _queue(self, delivery: Delivery) -> None:
        with self._condition:
            if not _is_here(delivery.uri):
                delivery.outcome = "not sent: the address is not on this machine"
                self._past.append(delivery)
                return
            if self._dice.random() < self.habits.drop_share:
                delivery.outcome = "lost on the way"
                self._past.append(delivery)
                return
            self._waiting.append(delivery)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def _work(self) -> None:
        while True:
            # A sender first, then the choice: what waits for a sender can still be held or turned.
            self._free.acquire()
            taken = self._take()
            if taken is None:
                self._free.release()
                return
            sending = self._senders.submit(self._deliver, *taken)
            wait([sending], timeout=PATIENCE)

    def _take(self) -> tuple[Delivery, int] | None:
        """The next delivery and its copies, when one is due; None when the sandbox closes."""
        with self._condition:
            delivery = self._next()
            while delivery is None and not self._is_stopped:
                # The shop's clock may jump, so waiting for a moment means looking often.
                self._condition.wait(0.1 if self._waiting else None)
                delivery = self._next()
            if delivery is None or self._is_stopped:
                return None
            self._waiting.remove(delivery)
            return delivery, self.habits.copies

    def _deliver(self, delivery: Delivery, copies: int) -> None:
        try:
            for _ in range(copies):
                self._attempt(delivery)
        except Exception:
            logger.exception("a webhook to %s could not be delivered", delivery.uri)
        finally:
            self._free.release()

    def _next(self) -> Delivery | None:
        if self.habits.is_held:
            return None
        now = self.store.clock.now()
        due = (each for each in self._waiting if each.due_at <= now)
        if self.habits.shuffle:
            anyone = list(due)
            return self._dice.choice(anyone) if anyone else None
        if self.habits.is_reversed:
            return next((each for each in reversed(self._waiting) if each.due_at <= now), None)
        return next(due, None)

    def _attempt(self, delivery: Delivery) -> None:
        # Gaps count from here: the clock may jump while the other side is still answering.
        began_at = self.store.clock.now()
        delivery.attempts += 1
        status = self._send(delivery)
        delivery.outcome = f"http {status}" if status else "no answer"
        is_done = status is not None and 200 <= status < 300
        with self._condition:
            if is_done or delivery.attempts > len(GAPS):
                if delivery not in self._past:
                    self._past.append(delivery)
            elif delivery not in self._waiting:
                delivery.due_at = began_at + GAPS[delivery.attempts - 1]
                self._waiting.append(delivery)
        if not is_done and delivery.attempts > len(GAPS):
            self._drop_subscription(delivery)

    def _drop_subscription(self, delivery: Delivery) -> None:
        """A shop deletes a subscription made through the API after eight failed repeats."""
        with self.store.transaction():
            self.store.run(
                "DELETE FROM webhook_subscriptions WHERE id = ?", (delivery.subscription_id,)
            )

    def _send(self, delivery: Delivery) -> int | None:
        """The HTTP status, or None when there was no answer within the time a shop waits."""
        parts = urlsplit(delivery.uri)
        host, port = parts.hostname or "", parts.port or 80
        connection = HTTPConnection(host, port, timeout=ANSWER_SECONDS)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, delivery.body, self._headers(delivery))
            return connection.getresponse().status
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        secret = self.shop.client_secret + ("?" if self.habits.is_signature_wrong else "")
        digest = hmac.new(secret.encode(), delivery.body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic_header(delivery.topic),
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Shop-Domain": self.shop.domain,
            "X-Shopify-API-Version": self.shop.versions()[-1],
            "X-Shopify-Webhook-Id": delivery.id,
            "X-Shopify-Event-Id": delivery.event_id,
            "X-Shopify-Triggered-At": delivery.triggered_at,
        }


def topic_header(topic: str) -> str:
    """`INVENTORY_LEVELS_UPDATE` as the header writes it: `inventory_levels/update`."""
    name, _, verb = topic.lower().rpartition("_")
    return f"{name}/{verb}"


def _is_here(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _body(said: dict[str, Any], fields: Sequence[str]) -> bytes:
    kept = {key: value for key, value in said.items() if not fields or key in fields}
    return json.dumps(kept).encode()
