"""Feed documents: created by the API, uploaded to and downloaded from addresses that expire.

The addresses stand for a storage service of its own, which takes no token and answers XML.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import uuid

from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Json, Reply, invalid, not_found
from channels.adapters.amazon.sandbox.store import Row

URL_SECONDS = 300
RESULT_DAYS = 28
PATH = "/documents/"


class StorageError(Exception):
    """A refusal of the storage service."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}")
        self.reply = Reply(
            status,
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>'
            f"<Message>{message}</Message></Error>".encode(),
            "application/xml",
        )


def create(sandbox: Sandbox, call: Call) -> Reply:
    """POST /feeds/2021-06-30/documents"""
    content_type = call.body.get("contentType") if isinstance(call.body, dict) else None
    if not isinstance(content_type, str) or not content_type:
        raise invalid("'contentType' is missing.")
    number = add(sandbox, content_type)
    return Reply(201, {"feedDocumentId": number, "url": _url(sandbox, call, "PUT", number)})


def get(sandbox: Sandbox, call: Call) -> Reply:
    """GET /feeds/2021-06-30/documents/{feedDocumentId}"""
    row = _document(sandbox, call.args["document"])
    if row is None:
        raise not_found("The feed document does not exist.")
    answer: Json = {"feedDocumentId": row["id"], "url": _url(sandbox, call, "GET", row["id"])}
    if row["is_gzip"]:
        answer["compressionAlgorithm"] = "GZIP"
    return Reply(200, answer)


def add(
    sandbox: Sandbox,
    content_type: str,
    content: bytes | None = None,
    *,
    is_result: bool = False,
    is_gzip: bool = False,
) -> str:
    """A new document's id. is_gzip: keep the content compressed."""
    number = f"amzn1.tortuga.4.{sandbox.account.region.lower()}.{uuid.uuid4()}"
    kept = gzip.compress(content) if content is not None and is_gzip else content
    sandbox.store.run(
        "INSERT INTO documents (id, content_type, content, is_gzip, is_result, created_at) "
        "VALUES (?,?,?,?,?,?)",
        (number, content_type, kept, is_gzip, is_result, sandbox.now()),
    )
    return number


def content(sandbox: Sandbox, number: str) -> bytes | None:
    """What was uploaded; None when nothing was."""
    row = sandbox.store.one("SELECT content FROM documents WHERE id = ?", (number,))
    found: bytes | None = row["content"] if row else None
    return found


def upload(sandbox: Sandbox, call: Call) -> Reply:
    """PUT to a document's address: the same content type as it was created for, and no token."""
    row = _opened(sandbox, call)
    if isinstance(row, Reply):
        return row
    if "x-amz-access-token" in call.headers or "Authorization" in call.headers:
        return StorageError(
            403, "AccessDenied", "There were headers present in the request which were not signed"
        ).reply
    if call.headers.get("Content-Type") != row["content_type"]:
        return StorageError(
            403, "SignatureDoesNotMatch", "The request signature does not match the content type."
        ).reply
    sandbox.store.run("UPDATE documents SET content = ? WHERE id = ?", (call.content, row["id"]))
    return Reply(200, b"", "")


def download(sandbox: Sandbox, call: Call) -> Reply:
    """GET of a document's address."""
    row = _opened(sandbox, call)
    if isinstance(row, Reply):
        return row
    if row["content"] is None:
        return StorageError(404, "NoSuchKey", "The specified key does not exist.").reply
    return Reply(200, row["content"], row["content_type"])


def _opened(sandbox: Sandbox, call: Call) -> Row | Reply:
    """The document an address opens, or the storage's refusal."""
    number, expires = call.args["document"], call.query.text("X-Amz-Expires-At")
    signature = _sign(sandbox, call.method, number, expires)
    if not hmac.compare_digest(signature, call.query.text("X-Amz-Signature")):
        return StorageError(403, "SignatureDoesNotMatch", "The signature does not match.").reply
    if sandbox.now() >= int(expires):
        return StorageError(403, "AccessDenied", "Request has expired").reply
    row = _document(sandbox, number)
    if row is None:
        return StorageError(404, "NoSuchKey", "The specified key does not exist.").reply
    return row


def _document(sandbox: Sandbox, number: str) -> Row | None:
    oldest = sandbox.now() - RESULT_DAYS * 86_400
    return sandbox.store.one(
        "SELECT * FROM documents WHERE id = ? AND created_at >= ?", (number, oldest)
    )


def _url(sandbox: Sandbox, call: Call, method: str, number: str) -> str:
    expires = str(int(sandbox.now()) + URL_SECONDS)
    signature = _sign(sandbox, method, number, expires)
    return f"{call.url}{PATH}{number}?X-Amz-Expires-At={expires}&X-Amz-Signature={signature}"


def _sign(sandbox: Sandbox, method: str, number: str, expires: str) -> str:
    # Under a key that outlives the process: addresses stay good when the server is restarted.
    key = sandbox.account.client_secret.encode()
    return hmac.new(key, f"{method}\n{number}\n{expires}".encode(), hashlib.sha256).hexdigest()
