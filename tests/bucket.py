"""A bucket on loopback that believes nobody: each signature is worked out anew, by the documents.

Written from docs.aws.amazon.com/AmazonS3/latest/API (sig-v4-header-based-auth,
sigv4-query-string-auth, ErrorResponses), without the library under test.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ACCESS, SECRET = (
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
)  # the documents'
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Signed:
    """What of a request goes into its signature."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]  # names in small letters
    names: tuple[str, ...]
    payload: str
    stamp: str
    region: str


def signature(one: Signed, secret: str = SECRET) -> str:
    """The signature that the documents want."""
    pairs = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in one.query)
    canonical = "\n".join([
        one.method,
        quote(one.path, safe="/-_.~"),
        "&".join(f"{name}={value}" for name, value in pairs),
        "".join(f"{name}:{' '.join(one.headers[name].split())}\n" for name in one.names),
        ";".join(one.names),
        one.payload,
    ])  # fmt: skip
    scope = f"{one.stamp[:8]}/{one.region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{one.stamp}\n{scope}\n{digest}"
    return hmac.digest(key, text.encode(), "sha256").hex()


@dataclass
class Bucket:
    """What is in it, what came, and what it is to answer instead (status, code, headers)."""

    name: str = "films"
    region: str = "eu-test-1"
    token: str | None = None
    url: str = ""
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    heard: list[tuple[str, str]] = field(default_factory=list)
    instead: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)


def trouble_with_put(bucket: Bucket, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """The code of S3's error for a PUT, empty if it is good."""
    told = headers.get("authorization", "")
    if not told.startswith("AWS4-HMAC-SHA256 "):
        return "AccessDenied"
    parts = dict(one.strip().split("=", 1) for one in told.split(" ", 1)[1].split(","))
    key, day, region, service, _ = parts["Credential"].split("/")
    names = tuple(parts["SignedHeaders"].split(";"))
    must = {"host", "x-amz-date", "x-amz-content-sha256"} | (
        {"x-amz-security-token"} if bucket.token else set()
    )
    if key != ACCESS:
        return "InvalidAccessKeyId"
    if bucket.token and headers.get("x-amz-security-token") != bucket.token:
        return "InvalidToken"
    payload, stamp = headers["x-amz-content-sha256"], headers["x-amz-date"]
    if payload != hashlib.sha256(body).hexdigest():
        return "XAmzContentSHA256Mismatch"
    good = signature(Signed("PUT", path, (), headers, names, payload, stamp, bucket.region))
    whole = must <= set(names) and (region, service, stamp[:8]) == (bucket.region, "s3", day)
    return (
        "" if whole and hmac.compare_digest(good, parts["Signature"]) else "SignatureDoesNotMatch"
    )


def trouble_with_link(bucket: Bucket, target: str, host: str, now: datetime) -> str:
    """The code of S3's error for reading by a presigned link, empty if it is good."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    told = query.pop("X-Amz-Signature", "")
    if not told:
        return "AccessDenied"
    stamp = query["X-Amz-Date"]
    names = tuple(query["X-Amz-SignedHeaders"].split(";"))
    one = Signed("GET", unquote(parts.path), tuple(query.items()), {"host": host}, names,
                 "UNSIGNED-PAYLOAD", stamp, bucket.region)  # fmt: skip
    if not hmac.compare_digest(signature(one), told):
        return "SignatureDoesNotMatch"
    if bucket.token and query.get("X-Amz-Security-Token") != bucket.token:
        return "InvalidToken"
    made = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    return "AccessDenied" if (now - made).total_seconds() > int(query["X-Amz-Expires"]) else ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = unquote(self.path)
        self.bucket.heard.append(("PUT", path))
        if self.bucket.instead:
            self._refuse(*self.bucket.instead.pop(0))
        elif not path.startswith(f"/{self.bucket.name}/"):
            self._refuse(404, "NoSuchBucket", {})
        elif code := trouble_with_put(self.bucket, path, headers, body):
            self._refuse(403, code, {})
        else:
            self.bucket.objects[path] = body, headers["content-type"]
            self._answer(200, b"", "")

    def do_GET(self) -> None:
        self.bucket.heard.append(("GET", self.path))
        code = trouble_with_link(self.bucket, self.path, self.headers["host"], datetime.now(UTC))
        found = self.bucket.objects.get(unquote(urlsplit(self.path).path))
        if code or not found:
            self._refuse(403 if code else 404, code or "NoSuchKey", {})
        else:
            self._answer(200, *found)

    def _refuse(self, status: int, code: str, headers: dict[str, str]) -> None:
        # as S3 does, it says back what it was told: nothing of that may be shown
        back = self.headers.get("authorization")
        said = (
            f"<Error><Code>{code}</Code><Message>See the code.</Message><Back>{back}</Back></Error>"
        )
        self._answer(status, said.encode(), "application/xml", headers)

    def _answer(
        self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        lines = {"content-type": kind, "content-length": str(len(body)), **(headers or {})}
        for name, value in lines.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def bucket_on_loopback(**given: Any) -> Iterator[Bucket]:
    """A bucket while the block lasts."""
    bucket = Bucket(**given)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("One", (_Handler,), {"bucket": bucket}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bucket.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bucket
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
