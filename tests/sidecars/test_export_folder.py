"""The folder of a hand-over: refreshed, whole after every end, and never another's files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import StoryreelError
from pipeline.files import digest_of_bytes
from pipeline.sidecars.export_folder import Refreshed, Wanted, refresh, wanted_text


def files_of(folder: Path, **clips: bytes) -> dict[str, Wanted]:
    """Clips in a store, wanted as ``media/<name>.mp4``, and a timeline that speaks of them."""
    store = folder / "store"
    store.mkdir(exist_ok=True)
    wanted = {}
    for name, data in clips.items():
        path = store / digest_of_bytes(data)
        path.write_bytes(data)
        wanted[f"media/{name}.mp4"] = Wanted(digest_of_bytes(data), path, link=True)
    return {**wanted, "film.otio": wanted_text(f"{sorted(clips)}")}


def export(folder: Path, owner: str = "film.otio", tell=lambda _done, _total: None, **clips: bytes):
    return refresh(folder / "out", owner, files_of(folder, **clips), tell)


def seen(folder: Path) -> set[str]:
    out = folder / "out"
    return {
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file() and not path.name.endswith(".export.json")
    }


def test_it_links_keeps_and_removes(tmp_path: Path) -> None:
    """The first time all is put there; then only what changed, and what is not wanted goes."""
    first = export(tmp_path, a=b"one", b=b"two")
    assert first == Refreshed(("media/a.mp4", "media/b.mp4"), ("film.otio",), (), (), ())
    assert (tmp_path / "out/media/a.mp4").samefile(tmp_path / "store" / digest_of_bytes(b"one"))
    same = export(tmp_path, a=b"one", b=b"two")
    assert (same.linked, same.copied, len(same.there)) == ((), (), 3)
    other = export(tmp_path, a=b"one", c=b"three")
    assert (other.linked, other.removed) == (("media/c.mp4",), ("media/b.mp4",))
    assert seen(tmp_path) == {"film.otio", "media/a.mp4", "media/c.mp4"}


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    """A file beside ours is told; one of ours that somebody changed is theirs from then on."""
    export(tmp_path, a=b"one", b=b"two")
    (tmp_path / "out/media/notes.txt").write_text("mine")
    graded = tmp_path / "out/media/b.mp4"
    graded.unlink()
    graded.write_bytes(b"graded")
    done = export(tmp_path, a=b"one")
    assert done.removed == ()
    assert done.left == ("media/b.mp4", "media/notes.txt")
    assert graded.read_bytes() == b"graded"


def test_a_file_in_the_way_is_never_replaced(tmp_path: Path) -> None:
    """It is named, and nothing is written at all; so is a timeline that was edited."""
    (tmp_path / "out/media").mkdir(parents=True)
    (tmp_path / "out/media/b.mp4").write_bytes(b"mine")
    with pytest.raises(StoryreelError, match=r"media/b\.mp4"):
        export(tmp_path, a=b"one", b=b"two")
    assert seen(tmp_path) == {"media/b.mp4"}
    (tmp_path / "out/media/b.mp4").unlink()
    export(tmp_path, a=b"one", b=b"two")
    (tmp_path / "out/film.otio").write_text("edited by hand")
    with pytest.raises(StoryreelError, match=r"film\.otio"):
        export(tmp_path, a=b"one", c=b"three")
    assert (tmp_path / "out/film.otio").read_text() == "edited by hand"


def test_a_link_in_the_way_leads_nowhere(tmp_path: Path) -> None:
    """What a symbolic link points to is not written through."""
    (tmp_path / "out/media").mkdir(parents=True)
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "out/media/a.mp4").symlink_to(tmp_path / "victim")
    with pytest.raises(StoryreelError):
        export(tmp_path, a=b"one")
    assert (tmp_path / "victim").read_bytes() == b"mine"


def test_an_authors_own_file_is_copied(tmp_path: Path) -> None:
    """What an editor does to it there is not done to the author's."""
    (tmp_path / "theme.wav").write_bytes(b"music")
    wanted = {"media/theme.wav": Wanted(digest_of_bytes(b"music"), tmp_path / "theme.wav")}
    done = refresh(tmp_path / "out", "film.otio", wanted, lambda _done, _total: None)
    assert done.copied == ("media/theme.wav",)
    assert not (tmp_path / "out/media/theme.wav").samefile(tmp_path / "theme.wav")


class Killed(BaseException):
    """The power goes off."""


@pytest.mark.parametrize("after", [3, 6, 9])
def test_killed_half_way_the_next_one_knows_its_files(tmp_path: Path, after: int) -> None:
    """After any end the next export of another cut leaves its own files and no others."""
    export(tmp_path, a=b"one", z=b"old")

    def tell(done: int, _total: int) -> None:
        if done >= after:
            raise Killed

    with pytest.raises(Killed):
        export(tmp_path, tell=tell, a=b"one", b=b"two", c=b"six", d=b"ten")
    done = export(tmp_path, a=b"one", d=b"ten")
    assert seen(tmp_path) == {"film.otio", "media/a.mp4", "media/d.mp4"}
    assert done.left == ()


def test_two_films_share_a_folder(tmp_path: Path) -> None:
    """Neither removes the other's clips; one name for two clips is refused."""
    export(tmp_path, a=b"one")
    other = {**files_of(tmp_path, b=b"two"), "other.otio": wanted_text("other")}
    del other["film.otio"]
    done = refresh(tmp_path / "out", "other.otio", other, lambda _done, _total: None)
    assert (done.removed, done.left) == ((), ())
    again = export(tmp_path, a=b"one")
    assert (again.removed, again.left) == ((), ())
    with pytest.raises(StoryreelError, match=r"media/b\.mp4"):
        export(tmp_path, b=b"another")
    assert seen(tmp_path) == {"film.otio", "other.otio", "media/a.mp4", "media/b.mp4"}


def test_a_forged_record_removes_nothing(tmp_path: Path) -> None:
    """A record that points out of the folder, or is torn, is no reason to remove anything."""
    export(tmp_path, a=b"one")
    (tmp_path / "victim").write_bytes(b"mine")
    record = tmp_path / "out/.film.otio.export.json"
    digest = digest_of_bytes(b"mine")
    record.write_text(f'{{"wrote": {{"../victim": ["{digest}"], "media/a.mp4": [7]}}}}')
    assert export(tmp_path, a=b"one").removed == ()
    assert (tmp_path / "victim").exists()
    record.write_text("torn {")
    assert export(tmp_path, a=b"one").removed == ()


def test_from_another_disk_it_is_copied(tmp_path: Path) -> None:
    """Where no link can be made the bytes are the same, and told as they come."""
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one disk here")
    source = other / f"storyreel-test-{os.getpid()}.mp4"
    source.write_bytes(b"far" * 1000)
    told: list[tuple[int, int]] = []
    try:
        wanted = {"media/a.mp4": Wanted(digest_of_bytes(b"far" * 1000), source, link=True)}
        done = refresh(tmp_path, "film.otio", wanted, lambda now, total: told.append((now, total)))
    finally:
        source.unlink()
    assert done.copied == ("media/a.mp4",)
    assert (tmp_path / "media/a.mp4").read_bytes() == b"far" * 1000
    assert told[-1] == (3000, 3000)
