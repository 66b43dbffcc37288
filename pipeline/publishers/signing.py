"""The door to botocore, an extra: it signs for S3, and knows AWS's files of profiles and keys.

Source: docs.aws.amazon.com, AmazonS3/latest/API/sig-v4-authenticating-requests.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.publishers.interface import UnpublishedError
from pipeline.vendors.redaction import redact

_TOKEN_LIFE = 3600  # ours: a link dies with the session's token, whose end nobody tells
_EXTRA = 'it needs botocore: pip install "storyreel[s3]"'


def find_credentials(profile: str | None, environment: Mapping[str, str]) -> Any:
    """The keys, as botocore has them; ``None`` if there are none.

    A ``profile`` named by the user, else the usual variables, else AWS's files of profiles. A
    machine's own role is not asked for, for that is a request to the network.

    Raises:
        UnpublishedError: botocore is not installed, or cannot read the files.
    """
    try:
        from botocore.credentials import Credentials
    except ImportError:
        raise UnpublishedError("The bucket cannot be used.", details=f"{_EXTRA}.") from None
    key, secret = (environment.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    if profile is None and key and secret:
        return Credentials(key, secret, environment.get("AWS_SESSION_TOKEN") or None)
    with signing():
        return _from_files(profile or environment.get("AWS_PROFILE"), environment)


@contextlib.contextmanager
def signing() -> Iterator[None]:
    """Turn what botocore raises into our errors: files it cannot read, keys it cannot fetch."""
    from botocore.exceptions import BotoCoreError

    trouble = None
    try:
        yield
    except BotoCoreError as error:
        trouble = redact(str(error), ()).rstrip(".")
    if trouble:  # raised out here, so that nothing of botocore's hangs on it
        raise UnpublishedError("The bucket's keys cannot be had.", details=f"{trouble}.")


def _from_files(profile: str | None, environment: Mapping[str, str]) -> Any:
    from botocore.session import Session as Files

    files = Files(profile=profile)
    for name, variable in (
        ("credentials_file", "AWS_SHARED_CREDENTIALS_FILE"),
        ("config_file", "AWS_CONFIG_FILE"),
    ):
        if path := environment.get(variable):
            files.set_config_variable(name, path)
    resolver = files.get_component("credential_provider")
    for place in ("env", "container-role", "iam-role"):
        resolver.remove(place)
    return resolver.load_credentials()


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for S3 in a ``region``; may ask the network where a profile says so."""

    region: str
    credentials: Any = field(repr=False)

    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        frozen = self.credentials.get_frozen_credentials()
        return tuple(filter(None, (frozen.secret_key, frozen.token)))

    def headers(self, method: str, url: str, data: bytes, kind: str) -> dict[str, str]:
        """The headers of a request that carries ``data``."""
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest(method, url, data=data, headers={"Content-Type": kind})
        S3SigV4Auth(self.credentials, "s3", self.region).add_auth(request)
        return dict(request.headers.items())

    def link(self, url: str, life: int) -> tuple[str, int]:
        """A link to read ``url``, and the seconds it lives."""
        from botocore.auth import S3SigV4QueryAuth
        from botocore.awsrequest import AWSRequest

        frozen = self.credentials.get_frozen_credentials()
        lives = min(life, _TOKEN_LIFE) if frozen.token else life
        request = AWSRequest("GET", url)
        S3SigV4QueryAuth(frozen, "s3", self.region, expires=lives).add_auth(request)
        return str(request.url), lives
