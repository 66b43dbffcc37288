"""A bucket believes our PUT and our links, and what it refuses is told without a secret."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bucket import ACCESS, SECRET, Bucket, Signed, bucket_on_loopback, signature
from PIL import Image

from pipeline.errors import MediaError
from pipeline.models.catalog import routes
from pipeline.publishers.interface import Means, UnpublishedError
from pipeline.publishers.s3 import MOST_LIFE, BucketRecipe
from pipeline.publishers.table import Table
from pipeline.vendors.errors import (
    KeyRefusedError,
    NotSentError,
    TooManyError,
    VendorDownError,
    VendorError,
)
from pipeline.vendors.interface import Published

KEYS = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
TOKEN = "a-session-token/+="
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of ""


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with bucket_on_loopback() as one:
        yield one


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "my secret plan.png"
    Image.new("RGB", (40, 30), "teal").save(path)
    return path


def recipe(bucket: Bucket, **more: Any) -> BucketRecipe:
    told = {"bucket": bucket.name, "endpoint": bucket.url, "region": bucket.region, **more}
    return BucketRecipe.read(Table("config.toml", "s3", told))


def published(one: BucketRecipe, picture: Path, environment: dict[str, str]) -> Published:
    """What comes of one picture."""

    async def run() -> Published:
        publisher = one.made(Means(picture.parent, environment))
        try:
            return await publisher.publish(picture)
        finally:
            await publisher.close()

    return asyncio.run(run())


def read(link: str) -> tuple[bytes, str]:
    """What a stranger with the link gets."""
    with urllib.request.urlopen(link) as answer:  # noqa: S310 - the loopback's
        return answer.read(), answer.headers["content-type"]


def test_the_bucket_of_these_tests_signs_as_the_documents_do() -> None:
    """Its signatures are those printed there, for a header and for a presigned link."""
    host = "examplebucket.s3.amazonaws.com"
    stamp = "20130524T000000Z"
    headers = {"host": host, "range": "bytes=0-9", "x-amz-content-sha256": NOTHING,
               "x-amz-date": stamp}  # fmt: skip
    got = Signed("GET", "/test.txt", (), headers, tuple(headers), NOTHING, stamp, "us-east-1")
    query = (
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", f"{ACCESS}/20130524/us-east-1/s3/aws4_request"),
        ("X-Amz-Date", stamp),
        ("X-Amz-Expires", "86400"),
        ("X-Amz-SignedHeaders", "host"),
    )
    link = Signed("GET", "/test.txt", query, {"host": host}, ("host",), "UNSIGNED-PAYLOAD", stamp,
                  "us-east-1")  # fmt: skip

    assert signature(got) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert signature(link) == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"


def test_a_picture_is_put_and_its_link_gives_it_to_a_stranger(
    bucket: Bucket, picture: Path
) -> None:
    """Byte for byte, with its type, under a name that tells nothing; put again it is the same."""
    since = time.time()
    first = published(recipe(bucket, life=7200), picture, KEYS)
    again = published(recipe(bucket), picture, KEYS)

    assert read(first.url) == (picture.read_bytes(), "image/png")
    assert first.expires is not None
    assert again.expires is not None
    assert since + 7200 <= first.expires <= time.time() + 7200
    assert since + 86_400 <= again.expires <= time.time() + 86_400
    assert len(bucket.objects) == 1
    assert next(iter(bucket.objects)).startswith("/films/storyreel/")
    assert "secret" not in f"{bucket.heard} {first.url}"


def test_a_link_of_another_is_no_key_to_the_rest(bucket: Bucket, picture: Path) -> None:
    """The signature holds for one object; without it, or changed, nothing is given."""
    link = published(recipe(bucket), picture, KEYS).url
    bare, _, query = link.partition("?")

    for wrong in (bare, f"{bare}x?{query}", link.replace("Expires=86400", "Expires=86401")):
        with pytest.raises(urllib.error.HTTPError):
            read(wrong)


def test_temporary_keys_carry_their_token_and_promise_no_more_than_an_hour(picture: Path) -> None:
    """A link dies with the session that signed it."""
    with bucket_on_loopback(token=TOKEN) as bucket:
        environment = {**KEYS, "AWS_SESSION_TOKEN": TOKEN}
        one = published(recipe(bucket), picture, environment)

        assert read(one.url)[0] == picture.read_bytes()
        assert one.expires is not None
        assert one.expires <= time.time() + 3600
        with pytest.raises(KeyRefusedError):
            published(recipe(bucket), picture, KEYS)


def test_a_profile_of_the_users_files_counts(bucket: Bucket, picture: Path, tmp_path: Path) -> None:
    """One that is named wins over the variables; without it the files fill in for them."""
    files = tmp_path / "credentials"
    files.write_text(
        f"[films]\naws_access_key_id = {ACCESS}\naws_secret_access_key = {SECRET}\n"
        "[default]\naws_access_key_id = other\naws_secret_access_key = others\n"
    )
    where = {"AWS_SHARED_CREDENTIALS_FILE": str(files), "AWS_CONFIG_FILE": str(tmp_path / "none")}
    other = {**where, "AWS_ACCESS_KEY_ID": "wrong", "AWS_SECRET_ACCESS_KEY": "wrong"}

    assert read(published(recipe(bucket, profile="films"), picture, other).url)
    assert read(published(recipe(bucket), picture, {**where, "AWS_PROFILE": "films"}).url)
    with pytest.raises(KeyRefusedError, match="films refuses the keys"):
        published(recipe(bucket), picture, where)
    lacking = recipe(bucket, profile="absent").lacks(Means(tmp_path, other))
    assert lacking is not None
    assert "absent" in lacking


def test_what_is_missing_is_known_before_anything_is_asked(bucket: Bucket, tmp_path: Path) -> None:
    """Keys, with the variables to set; and with them nothing is missing."""
    nowhere = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "a"),
               "AWS_CONFIG_FILE": str(tmp_path / "b")}  # fmt: skip
    one = recipe(bucket)

    assert "set AWS_ACCESS_KEY_ID" in (one.lacks(Means(tmp_path, nowhere)) or "")
    assert one.lacks(Means(tmp_path, KEYS)) is None
    with pytest.raises(UnpublishedError, match="AWS_ACCESS_KEY_ID"):
        one.made(Means(tmp_path, nowhere))
    assert bucket.heard == []


def test_without_the_library_the_way_to_it_is_told() -> None:
    """A Python without botocore: no traceback, but the line for pip."""
    script = (
        "import sys; sys.modules['botocore'] = None\n"
        "from pathlib import Path\n"
        "from pipeline.publishers.interface import Means\n"
        "from pipeline.publishers.s3 import BucketRecipe\n"
        "print(BucketRecipe('films').lacks(Means(Path('.'), {})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == 'it needs botocore: pip install "storyreel[s3]"'


@pytest.mark.parametrize(
    ("status", "code", "headers", "kind", "says"),
    [
        (403, "AccessDenied", {}, KeyRefusedError, "AccessDenied: See the code."),
        (503, "SlowDown", {"retry-after": "7"}, VendorDownError, "SlowDown"),
        (429, "TooMany", {"retry-after": "7"}, TooManyError, "TooMany"),
        (500, "InternalError", {}, VendorDownError, "InternalError"),
        (404, "NoSuchBucket", {}, UnpublishedError, "NoSuchBucket"),
        (301, "PermanentRedirect", {"x-amz-bucket-region": "eu-west-9"}, UnpublishedError,
         'region = "eu-west-9"'),
        (413, "EntityTooLarge", {}, UnpublishedError, "EntityTooLarge"),
    ],
)  # fmt: skip
def test_what_the_bucket_refuses_is_told_as_it_is(
    bucket: Bucket, picture: Path, status: int, code: str, headers: dict[str, str],
    kind: type[VendorError], says: str,
) -> None:  # fmt: skip
    """Its code and words, whose fault it is, when to come back; nothing charged, no secret."""
    bucket.instead.append((status, code, headers))
    with pytest.raises(VendorError) as caught:
        published(recipe(bucket), picture, KEYS)

    assert type(caught.value) is kind
    assert says in str(caught.value)
    assert caught.value.charged == "no"
    assert caught.value.retry_after == (7 if "retry-after" in headers else None)
    assert not any(
        secret in f"{caught.value} {caught.value!r}" for secret in (SECRET, "Signature=")
    )


def test_wrong_keys_are_refused_and_not_shown(bucket: Bucket, picture: Path) -> None:
    """The bucket says back what was signed; the user sees only its code and its words."""
    wrong = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": "entirely-other-secret"}
    with pytest.raises(KeyRefusedError) as caught:
        published(recipe(bucket), picture, wrong)

    assert "SignatureDoesNotMatch" in str(caught.value)
    assert "entirely-other-secret" not in f"{caught.value} {caught.value!r}"
    assert "Credential=" not in str(caught.value)


def test_a_bucket_that_is_not_there_is_known_as_that(picture: Path) -> None:
    """Nothing left this machine."""
    with bucket_on_loopback() as gone:
        pass
    with pytest.raises(NotSentError) as caught:
        published(recipe(gone), picture, KEYS)

    assert caught.value.charged == "no"


@pytest.mark.parametrize("content", [b"", b"no picture at all"])
def test_only_pictures_are_put(bucket: Bucket, tmp_path: Path, content: bytes) -> None:
    """An empty file, or another kind of one, is the picture's fault and goes nowhere."""
    (tmp_path / "a.png").write_bytes(content)

    for path in (tmp_path / "a.png", tmp_path / "absent.png"):
        with pytest.raises(MediaError):
            published(recipe(bucket), path, KEYS)
    assert bucket.heard == []


@pytest.mark.parametrize(
    ("told", "base"),
    [
        ({}, "https://films.s3.eu-west-1.amazonaws.com"),
        ({"addressing": "path"}, "https://s3.eu-west-1.amazonaws.com/films"),
        ({"bucket": "films.example"}, "https://s3.eu-west-1.amazonaws.com/films.example"),
        ({"endpoint": "https://acc.r2.example"}, "https://acc.r2.example/films"),
        ({"endpoint": "https://oss.example:9000/", "addressing": "virtual"},
         "https://films.oss.example:9000"),
    ],
)  # fmt: skip
def test_the_bucket_stands_in_the_host_or_in_the_path(told: dict[str, Any], base: str) -> None:
    """AWS wants it before the host, where a certificate covers it; others in the path."""
    one = BucketRecipe.read(Table("config.toml", "s3", {"bucket": "films", **told}))

    assert one.base("eu-west-1") == base


def test_it_serves_routes_without_uploads_for_as_long_as_its_links_live() -> None:
    """Apiframe has its own upload, always; the longest life is what S3 signs."""
    one = BucketRecipe.read(Table("config.toml", "s3", {"bucket": "films", "life": MOST_LIFE}))
    upload = one.takes(routes()["empiriolabs"])

    assert one.takes(routes()["apiframe"]) is None
    assert upload is not None
    assert upload.life == 604_800
