"""An S3-compatible bucket: a PUT, then a link for reading, both signed with the user's keys.

The bytes go through our own HTTP, signed by ``publishers/signing.py``. Objects are named by what
they hold, so a picture put again is the same one; they stay until the bucket's own rules remove
them.

Sources: docs.aws.amazon.com, AmazonS3/latest/API: sigv4-query-string-auth (a presigned link lives 7
days at most), ErrorResponses (the XML of an error).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pipeline.files import digest_of_bytes
from pipeline.models.abilities import Route, Upload
from pipeline.publishers.interface import (
    LEAST_LIFE,
    NO_LIMIT,
    PICTURES,
    Means,
    UnpublishedError,
    read_picture,
)
from pipeline.publishers.links import why_no_link
from pipeline.publishers.signing import Signer, find_credentials, signing
from pipeline.publishers.table import Table
from pipeline.vendors.errors import (
    KeyRefusedError,
    TooManyError,
    VendorDownError,
    VendorError,
)
from pipeline.vendors.interface import Published

if TYPE_CHECKING:
    from pipeline.vendors.answer import Answer
    from pipeline.vendors.http import Session
    from pipeline.vendors.patience import Patience

MOST_LIFE = 7 * 86_400  # [doc] seconds; a presigned link lives no longer
_USUAL_LIFE = 86_400
_USUAL_PREFIX = "storyreel/"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?!/)[A-Za-z0-9._/\-]{0,200}")
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
_NO_KEYS = (
    "there are no keys for it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a `profile`"
)


@dataclass(frozen=True, slots=True)
class BucketRecipe:
    """``[publisher.s3]``; ``life`` of a link in seconds, ``endpoint`` absent for AWS itself.

    ``virtual`` puts the bucket's name before the host, as AWS wants it; else it begins the path.
    """

    bucket: str
    region: str | None = None
    endpoint: str | None = None
    prefix: str = _USUAL_PREFIX
    life: int = _USUAL_LIFE
    virtual: bool = False
    profile: str | None = None
    name: str = "s3"
    gap: float = 0.0

    @classmethod
    def read(cls, table: Table) -> Self:
        """From the user's table.

        Raises:
            SettingsError: a value means nothing.
        """
        table.only(("bucket", "region", "endpoint", "prefix", "life", "addressing", "profile"))
        bucket = _matching(table, "bucket", _BUCKET, '"my-bucket", a bucket of yours')
        endpoint = _endpoint(table)
        # a certificate for *.host does not cover a name with more dots
        usual = "path" if endpoint or "." in bucket else "virtual"
        return cls(
            bucket=bucket,
            region=_given(table, "region", '"eu-west-1", where the bucket lies'),
            endpoint=endpoint,
            prefix=_matching(table, "prefix", _PREFIX, '"storyreel/", a folder', _USUAL_PREFIX),
            life=table.number("life", _USUAL_LIFE, LEAST_LIFE, MOST_LIFE),
            virtual=_addressing(table, usual) == "virtual",
            profile=_given(table, "profile", '"films", a profile of your AWS files'),
        )

    def takes(self, route: Route) -> Upload | None:
        """Any route's that has no upload of its own."""
        if route.upload:
            return None
        return Upload(formats=PICTURES, most_bytes=NO_LIMIT, life=self.life)

    def lacks(self, means: Means) -> str | None:
        """The library that signs, or keys."""
        try:
            found = find_credentials(self.profile, means.environment)
        except UnpublishedError as error:
            return (error.details or error.brief).rstrip(".")
        return None if found else _NO_KEYS

    def made(self, means: Means, patience: Patience | None = None) -> Bucket:
        """The bucket, with its keys.

        Raises:
            UnpublishedError: the library or the keys are missing.
        """
        found = find_credentials(self.profile, means.environment)
        if found is None:
            raise UnpublishedError("The bucket cannot be used.", details=f"{_NO_KEYS}.")
        environment = means.environment
        region = self.region or environment.get("AWS_REGION")
        region = region or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
        return Bucket(self, self.base(region), Signer(region, found), patience)

    def base(self, region: str) -> str:
        """The address that names of objects are added to."""
        scheme, _, host = (self.endpoint or f"https://s3.{region}.amazonaws.com").partition("://")
        if self.virtual:
            return f"{scheme}://{self.bucket}.{host}"
        return f"{scheme}://{host}/{self.bucket}"


def _given(table: Table, key: str, may: str) -> str | None:
    return table.text(key, may) if key in table.values else None


def _matching(
    table: Table, key: str, pattern: re.Pattern[str], may: str, default: str | None = None
) -> str:
    value = table.values.get(key, default)
    if not isinstance(value, str) or not pattern.fullmatch(value) or ".." in value:
        raise table.refused(key, may)
    return value


def _addressing(table: Table, usual: str) -> str:
    value = table.values.get("addressing", usual)
    if value not in ("path", "virtual"):
        raise table.refused("addressing", '"path" or "virtual"')
    return str(value)


def _endpoint(table: Table) -> str | None:
    """An address without a path, that a vendor can read from."""
    may = '"https://host", where vendors can reach it'
    value = _given(table, "endpoint", may)
    if value is None:
        return None
    value = value.rstrip("/")
    if not _ENDPOINT.fullmatch(value) or why_no_link(value):
        raise table.refused("endpoint", may)
    return value


class Bucket:
    """A bucket in use.

    Args:
        recipe: what the user said of it.
        base: its address.
        signer: holds the keys.
        patience: how long to wait.
    """

    def __init__(
        self, recipe: BucketRecipe, base: str, signer: Signer, patience: Patience | None = None
    ) -> None:
        self.name = recipe.name
        self._recipe, self._base, self._signer, self._patience = recipe, base, signer, patience
        self._session: Session | None = None

    def takes(self, route: Route) -> Upload | None:
        """As its recipe says."""
        return self._recipe.takes(route)

    async def publish(self, picture: Path) -> Published:
        """Put it into the bucket; a link to read it.

        Raises:
            VendorError: it is not there.
            MediaError: the picture cannot be read.
        """
        data, kind = await asyncio.to_thread(read_picture, picture)
        path = f"/{self._recipe.prefix}{digest_of_bytes(data)}.{kind.lower()}"
        since = time.time()
        headers, link, lives = await asyncio.to_thread(self._signed, path, data, kind)
        session = self._session = self._session or self._opened()
        answer = await session.ask("PUT", path, headers=headers, content=data)
        if not 200 <= answer.status < 300:
            raise refusal(answer, session.clean)
        return Published(link, since + lives)

    def _signed(self, path: str, data: bytes, kind: str) -> tuple[dict[str, str], str, int]:
        url, kind = f"{self._base}{path}", f"image/{kind.lower()}"
        with signing():
            headers = self._signer.headers("PUT", url, data, kind)
            link, lives = self._signer.link(url, self._recipe.life)
        return headers, link, lives

    def _opened(self) -> Session:
        from pipeline.vendors.http import Session

        who = f"the bucket {self._recipe.bucket}"
        secret = " ".join(self._signer.secrets())
        return Session(who, self._base, key_header=None, key=secret, patience=self._patience)

    async def close(self) -> None:
        """Close every connection."""
        if self._session:
            await self._session.close()


def refusal(answer: Answer, clean: Callable[[str], str]) -> VendorError:
    """The error for a PUT that was refused; of the answer's XML only code and message are told."""
    words = ": ".join(word for tag in ("Code", "Message") if (word := _inside(tag, answer.body)))
    told = clean(words) or f"HTTP {answer.status}"
    who = f"{answer.who[0].upper()}{answer.who[1:]}"
    match answer.status:
        case 401 | 403:
            hint = "Look at the keys, at what they may do (s3:PutObject), and at this clock."
            return KeyRefusedError(f"{who} refuses the keys.", details=told, hint=hint)
        case 429:
            wait = answer.retry_after
            return TooManyError(f"{who} is asked too often.", details=told, retry_after=wait)
        case status if status == 408 or status >= 500:
            wait = answer.retry_after
            return VendorDownError(f"{who} is down.", details=told, retry_after=wait)
        case _:
            region = clean(answer.headers.get("x-amz-bucket-region", ""))
            lies = f'It lies in another region: region = "{region}".' if region else None
            return UnpublishedError(f"{who} does not take the picture.", details=told, hint=lies)


def _inside(tag: str, body: bytes) -> str:
    text = body[:20_000].decode("utf-8", errors="replace")
    match = re.search(rf"<{tag}>([^<]*)</{tag}>", text)
    return match[1].strip() if match else ""
