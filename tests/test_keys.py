"""Keys come from where the user put them, and go to nobody else."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.keys import access_to, find_key, key_variables
from pipeline.models.catalog import routes
from pipeline.tracked import is_tracked

ROUTE = routes()["apiframe"]
VARIABLE = "APIFRAME_API_KEY"
KEY = "afk_5ecret-0123456789abcdef"
OTHER = {"STORYREEL_APIFRAME_URL": "http://127.0.0.1:8787"}


def git(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True,
                   env=environment)  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        f"{VARIABLE}={KEY}",
        f"export {VARIABLE} = {KEY}  # mine",
        f'\ufeff{VARIABLE}="{KEY}"',
        f"# a remark\nOTHER=1\n  {VARIABLE}='{KEY}' # mine\n",
        f"{VARIABLE}=old-one-here\n{VARIABLE}={KEY}",
    ],
)
def test_a_key_is_found_in_a_dotenv(tmp_path: Path, line: str) -> None:
    """In the customary spellings; the last line of a name counts."""
    (tmp_path / ".env").write_text(line, encoding="utf-8")

    assert find_key(VARIABLE, tmp_path, {}) == KEY


def test_the_environment_comes_first_and_nothing_is_expanded(tmp_path: Path) -> None:
    """What is set for this run wins over the file; a dollar sign is a dollar sign."""
    (tmp_path / ".env").write_text(f"{VARIABLE}=${{HOME}}-and-more", encoding="utf-8")

    assert find_key(VARIABLE, tmp_path, {VARIABLE: f" {KEY}\n"}) == KEY
    assert find_key(VARIABLE, tmp_path, {"HOME": "/home/x"}) == "${HOME}-and-more"


@pytest.mark.parametrize(
    "name", ["STORYREEL_APIFRAME_URL", "PATH", "MY_OTHER_KEY", "SSL_CERT_FILE"]
)
def test_a_dotenv_sets_known_key_names_only(tmp_path: Path, name: str) -> None:
    """A project's file cannot redirect a key, nor set anything but a route's own key."""
    (tmp_path / ".env").write_text(
        f"{name}=https://evil.example\n{VARIABLE}={KEY}\n", encoding="utf-8"
    )
    access = access_to(ROUTE, tmp_path, {})

    assert find_key(name, tmp_path, {}) is None
    assert (access.base_url, access.key) == ("https://api.apiframe.ai", KEY)
    assert key_variables() == {"APIFRAME_API_KEY", "EMPIRIOLABS_API_KEY"}


@pytest.mark.parametrize("text", ["", f"{VARIABLE}=", f"{VARIABLE}=''", f"{VARIABLE}={KEY}x y z",
                                  "no assignment"])  # fmt: skip
def test_no_key_is_none_or_told(tmp_path: Path, text: str) -> None:
    """An empty value is no key; one with blanks is told, and not shown."""
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    if "x y" not in text:
        assert find_key(VARIABLE, tmp_path, {}) is None
        return
    with pytest.raises(SettingsError, match=f"{VARIABLE} in .* is no key") as caught:
        find_key(VARIABLE, tmp_path, {})
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", ["abc", "two words", "a\nb-and-more", "schlüssel", "x" * 5000])
def test_what_no_header_could_carry_is_told_without_being_shown(tmp_path: Path, key: str) -> None:
    """A key with a line break would be another header."""
    with pytest.raises(SettingsError, match="is no key") as caught:
        find_key(VARIABLE, tmp_path, {VARIABLE: key})

    assert key not in str(caught.value)


def test_a_dotenv_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Not its contents; a folder of that name is no such file."""
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00secret")
    with pytest.raises(SettingsError, match="it is no text") as caught:
        find_key(VARIABLE, tmp_path, {})
    assert "secret" not in str(caught.value)
    (tmp_path / "folder" / ".env").mkdir(parents=True)
    assert find_key(VARIABLE, tmp_path / "folder", {}) is None


def test_a_key_is_in_no_repr(tmp_path: Path) -> None:
    """What is logged or shown by accident has no key in it."""
    access = access_to(ROUTE, tmp_path, {VARIABLE: KEY})

    assert access.key == KEY
    assert KEY not in f"{access!r} {access}"


def test_the_vendors_key_goes_to_the_vendors_own_address_only(tmp_path: Path) -> None:
    """Another host, port or scheme needs a key variable of its own."""
    (tmp_path / ".env").write_text(f"{VARIABLE}={KEY}", encoding="utf-8")
    for url in (
        "http://127.0.0.1:8787",
        "http://api.apiframe.ai",
        "https://api.apiframe.ai:8443",
        "https://api.apiframe.ai.evil.example",
        "https://api.apiframe.ai./",
        "https://аpi.apiframe.ai",  # the first letter is Cyrillic
    ):
        with pytest.raises(SettingsError, match="another address than Apiframe's own") as caught:
            access_to(ROUTE, tmp_path, {"STORYREEL_APIFRAME_URL": url})
        assert "STORYREEL_APIFRAME_KEY_VARIABLE=MY_OTHER_KEY" in (caught.value.hint or "")
    for theirs in ("APIFRAME_API_KEY", "EMPIRIOLABS_API_KEY"):
        with pytest.raises(SettingsError, match="for nobody else"):
            access_to(ROUTE, tmp_path, {**OTHER, "STORYREEL_APIFRAME_KEY_VARIABLE": theirs})


def test_another_address_has_its_own_key(tmp_path: Path) -> None:
    """From the environment alone."""
    mine = {**OTHER, "STORYREEL_APIFRAME_KEY_VARIABLE": "DESK_KEY"}
    (tmp_path / ".env").write_text("DESK_KEY=afk_from_file", encoding="utf-8")

    assert access_to(ROUTE, tmp_path, mine).key is None
    access = access_to(ROUTE, tmp_path, {**mine, "DESK_KEY": "afk_desk"})
    assert (access.base_url, access.key_variable, access.key) == (
        "http://127.0.0.1:8787",
        "DESK_KEY",
        "afk_desk",
    )
    own = {"STORYREEL_APIFRAME_URL": "https://API.apiframe.ai:443/", VARIABLE: KEY}
    assert access_to(ROUTE, tmp_path, own).key == KEY


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "api.apiframe.ai", "https://", "https://me:pass@x", "https://me@x",
     "https://x/?a=1", "https://x/#a", "file:///etc", "https://x:99999", "https://[::",
     "https://x\\@y", "https://a b"],
)  # fmt: skip
def test_an_address_that_means_nothing_is_told(tmp_path: Path, url: str) -> None:
    """By its setting's name, without the password it may hold."""
    with pytest.raises(SettingsError, match="STORYREEL_APIFRAME_URL is no address") as caught:
        access_to(ROUTE, tmp_path, {"STORYREEL_APIFRAME_URL": url})

    assert "pass" not in caught.value.brief


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_no_address_whatever_gets_the_vendors_key_elsewhere(text: str) -> None:
    """Any text as an address: refused, or the vendor's own."""
    try:
        access = access_to(ROUTE, Path("/nowhere"), {"STORYREEL_APIFRAME_URL": text, VARIABLE: KEY})
    except SettingsError:
        return
    assert access.base_url in ("https://api.apiframe.ai", "https://api.apiframe.ai:443")


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_git_is_asked_by_its_own_index(tmp_path: Path, version: str) -> None:
    """Each version of the index, read without running git."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "index.version", version)
    names = [".env", "a/.env", "a/.environment", "a/b/prod.env", "a/b/c.txt", "ä ö.txt"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    git(tmp_path, "add", "a", "ä ö.txt")
    if version == "3":
        git(tmp_path, "add", "-N", ".env")  # only such entries need version 3
    else:
        git(tmp_path, "add", ".env")
    (tmp_path / "new.env").write_text("", encoding="utf-8")

    assert all(is_tracked(tmp_path / name) for name in names)
    assert not is_tracked(tmp_path / "new.env")
    assert not is_tracked(tmp_path / "a" / "b" / ".env")
    git(tmp_path, "rm", "-q", "--cached", "-f", ".env")
    assert not is_tracked(tmp_path / ".env")
    assert is_tracked(tmp_path / "a" / ".env")


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_key_that_git_tracks_is_refused(tmp_path: Path) -> None:
    """Also below the work tree's root and in a linked one; once ignored it is taken."""
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / ".env").write_text(f"{VARIABLE}={KEY}", encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    with pytest.raises(SettingsError, match="tracked by git") as caught:
        find_key(VARIABLE, tmp_path / "film", {})
    assert KEY not in str(caught.value)
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    git(tmp_path, *identity, "commit", "-q", "-m", "one")
    git(tmp_path, "worktree", "add", "-q", "linked")
    with pytest.raises(SettingsError, match="tracked by git"):
        find_key(VARIABLE, tmp_path / "linked" / "film", {})

    git(tmp_path, "rm", "-q", "--cached", "film/.env")
    assert find_key(VARIABLE, tmp_path / "film", {}) == KEY


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_an_index_that_is_none_tracks_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Whatever lies in its place."""
    root = tmp_path_factory.mktemp("index")
    (root / ".git").mkdir()
    for start in (b"", b"DIRC\0\0\0\x02\0\0\0\x09", b"DIRC\0\0\0\x04\0\0\0\x09"):
        (root / ".git" / "index").write_bytes(start + data)
        assert not is_tracked(root / ".env")
