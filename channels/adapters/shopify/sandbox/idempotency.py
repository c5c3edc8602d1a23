"""The `@idempotent` directive: one execution for a key, its outcome told again for 24 hours."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

from channels.adapters.shopify.sandbox.store import Store

LIFE_SECONDS = 24 * 3600
Outcome = dict[str, Any]
"""What is kept of an execution, as JSON: enough to answer again, not the answer itself."""


class KeyRefusedError(Exception):
    """This key can not be used for this request now; `code` is one of Shopify's IDEMPOTENCY_*."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Keys:
    """Keys in use and keys used. Those in use live in memory: a killed server runs nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._running: set[str] = set()

    def claim(self, keys: Iterable[str]) -> tuple[set[str], set[str]]:
        """Mark keys as running; (those now ours, those already running for another request)."""
        with self._lock:
            wanted = set(keys)
            busy = wanted & self._running
            self._running |= wanted
            return wanted - busy, busy

    def release(self, keys: set[str]) -> None:
        with self._lock:
            self._running -= keys

    def running(self) -> list[str]:
        with self._lock:
            return sorted(self._running)

    def burn(self, key: str) -> None:
        """Remember an attempt that failed inside Shopify: the key is of no use any more."""
        self._save(key, "", None)

    def once(
        self, key: str, arguments: object, execute: Callable[[], Outcome]
    ) -> tuple[Outcome, bool]:
        """The outcome for this key, and whether it is a repeat. Call inside a transaction.

        Raises KeyRefusedError when the key was used with other arguments, or failed before.
        """
        fingerprint = hashlib.sha256(json.dumps(arguments).encode()).hexdigest()
        row = self._store.one(
            "SELECT fingerprint, outcome FROM idempotency_keys WHERE key = ? AND used_at > ?",
            (key, self._store.clock.now() - LIFE_SECONDS),
        )
        if row is None:
            outcome = execute()
            self._save(key, fingerprint, outcome)
            return outcome, False
        if row["outcome"] is None:
            raise KeyRefusedError(
                "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
                "The previous attempt with this idempotency key failed. Use a new key.",
            )
        if row["fingerprint"] != fingerprint:
            raise KeyRefusedError(
                "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
                "The idempotency key was already used with different parameters.",
            )
        replayed: Outcome = json.loads(row["outcome"])
        return replayed, True

    def _save(self, key: str, fingerprint: str, outcome: Outcome | None) -> None:
        now = self._store.clock.now()
        self._store.run("DELETE FROM idempotency_keys WHERE used_at <= ?", (now - LIFE_SECONDS,))
        self._store.run(
            "INSERT OR REPLACE INTO idempotency_keys (key, fingerprint, used_at, outcome) "
            "VALUES (?,?,?,?)",
            (key, fingerprint, now, None if outcome is None else json.dumps(outcome)),
        )
