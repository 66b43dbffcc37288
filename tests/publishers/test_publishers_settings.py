"""What a user may write of publishers, and how what means nothing is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.publishers.command import CommandRecipe
from pipeline.publishers.data_uri import DataUri
from pipeline.publishers.lent import Lending
from pipeline.publishers.registry import recipes
from pipeline.publishers.s3 import BucketRecipe
from pipeline.settings import PROJECT_FILE, Settings, read_settings


def read(folder: Path, text: str) -> Settings:
    """The settings of a user whose own file says ``text``."""
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return read_settings(folder / "film", environment={}, user_file=folder / "config.toml")


def test_they_are_read_in_the_users_order_each_once(tmp_path: Path) -> None:
    """A route may be called by its name alone."""
    found = recipes(
        read(
            tmp_path,
            'publishers = ["command", "route:apiframe", "s3", "apiframe", "data-uri", "s3"]\n'
            '[publisher.s3]\nbucket = "films"\nregion = "eu-west-1"\nlife = 7200\n'
            '[publisher.command]\nrun = ["up", "{picture}"]\ntimeout = 5\n'
            "[publisher.data-uri]\nmost_bytes = 20000\n",
        )
    )

    assert [one.name for one in found] == ["command", "apiframe", "s3", "data-uri"]
    command, lending, bucket, data = found
    assert command == CommandRecipe(("up", "{picture}"), timeout=5)
    assert isinstance(lending, Lending)
    assert bucket == BucketRecipe("films", region="eu-west-1", life=7200, virtual=True)
    assert data == DataUri(most_bytes=20_000)


def test_nobody_is_named_unless_the_user_does(tmp_path: Path) -> None:
    """A table alone makes no publisher."""
    assert recipes(read(tmp_path, "")) == ()
    assert recipes(read(tmp_path, '[publisher.s3]\nbucket = "films"\n')) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('publishers = ["ftp"]', "`ftp` as a publisher"),
        ('publishers = ["empiriolabs"]', "`empiriolabs` as a publisher"),
        ('publishers = ["route:nobody"]', "`route:nobody` as a publisher"),
        ("[publisher.ftp]\nhost = 1", "`ftp` as a publisher"),
        ("[publisher.apiframe]\nkey = 1", "`key` in [publisher.apiframe]"),
        ('publishers = ["s3"]', "[publisher.s3] lacks `bucket`"),
        ('publishers = ["command"]', "[publisher.command] lacks `run`"),
        ('[publisher.s3]\nbucket = "films"\nbuckets = "x"', "`buckets` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "Films!"', "`bucket` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "../x"', "`bucket` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "films"\nprefix = "/a"', "`prefix` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "films"\nprefix = "a/../b"', "`prefix` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "films"\nlife = 604801', "`life` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "films"\nlife = 60', "`life` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "films"\nlife = true', "`life` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "films"\nregion = ""', "`region` in [publisher.s3]"),
        ('[publisher.s3]\nbucket = "films"\naddressing = "x"', "`addressing` in [publisher.s3]"),
        *(
            (f'[publisher.s3]\nbucket = "films"\nendpoint = "{where}"', "`endpoint` in")
            for where in (
                "http://minio.example", "https://10.0.0.5", "https://me:pw@host", "minio.example",
                "https://host/path", "https://host?x=1", "https://host:99999999", "file:///x",
            )
        ),
        ('[publisher.command]\nrun = "up {picture}"', "`run` in [publisher.command]"),
        ("[publisher.command]\nrun = []", "`run` in [publisher.command]"),
        ('[publisher.command]\nrun = [" "]', "`run` in [publisher.command]"),
        ('[publisher.command]\nrun = ["up", 1]', "`run` in [publisher.command]"),
        ('[publisher.command]\nrun = ["up"]\ntimeout = 0', "`timeout` in [publisher.command]"),
        ("[publisher.data-uri]\nmost_bytes = 1.5", "`most_bytes` in [publisher.data-uri]"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_with_file_key_and_what_may_be_written(
    tmp_path: Path, text: str, says: str
) -> None:
    """All in one sentence and a hint; no value is shown, for it may hold a password."""
    with pytest.raises(SettingsError) as caught:
        recipes(read(tmp_path, text))

    assert says in caught.value.brief
    assert str(tmp_path / "config.toml") in caught.value.brief
    assert caught.value.hint
    assert "me:pw" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ['publishers = ["command"]', '[publisher.command]\nrun = ["rm", "-rf"]']
)
def test_a_projects_file_may_name_none(tmp_path: Path, text: str) -> None:
    """What runs a program or sends pictures somewhere is the user's own say."""
    (tmp_path / PROJECT_FILE).write_text(text)
    with pytest.raises(SettingsError, match="a project may not set"):
        read_settings(tmp_path, environment={}, user_file=tmp_path / "none.toml")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["bucket", "region", "endpoint", "prefix", "life", "addressing", "profile", "run", "timeout",
     "most_bytes", "else"]
)  # fmt: skip


@given(
    name=st.sampled_from(["s3", "command", "data-uri", "apiframe"]),
    table=st.dictionaries(KEYS, VALUES, max_size=4),
)
@examples(max_examples=150, deadline=None)
def test_whatever_is_written_is_understood_or_refused(name: str, table: dict[str, Any]) -> None:
    """Never a traceback, whatever the values are."""
    try:
        names = [one.name for one in recipes(Settings(publishers=(name,), publisher={name: table}))]
    except SettingsError as error:
        names = [name] if error.hint else []

    assert names == [name]
