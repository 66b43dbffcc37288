"""Torn logs, damaged files, full disks: a clean prefix, or an error with the way out."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from drafts import NO_WALL, draft, live

from pipeline.journal.disks import NETWORK, kind_of
from pipeline.journal.errors import JournalError
from pipeline.journal.journal import Journal

STEPS = 24


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A journal whose process was killed: all its rows are in the log."""
    folder = tmp_path_factory.mktemp("killed")
    script = Path(__file__).with_name("drafts.py")
    command = [sys.executable, str(script), "live", str(folder / "journal.db"), str(STEPS)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert (folder / "journal.db-wal").stat().st_size > 20_000
    return folder


def told(folder: Path) -> list[tuple[int, str]]:
    """The events of a journal that is sound, and agrees with itself."""
    with Journal(folder / "journal.db", look=True) as journal:
        events = journal.events()
        last = {event.attempt: event.state for event in events}
        assert {attempt.id: attempt.state for attempt in journal.all()} == last
    return [(event.attempt, event.state) for event in events]


def copied(killed: Path, folder: Path, log: bytes) -> Path:
    """The same journal with another log, as after a crash of the whole machine."""
    folder.mkdir()
    shutil.copy(killed / "journal.db", folder / "journal.db")
    (folder / "journal.db-wal").write_bytes(log)
    return folder


def test_a_torn_log_leaves_a_prefix(killed, tmp_path):
    """Cut at any length the log gives the first rows, in order, and never half a row."""
    log = (killed / "journal.db-wal").read_bytes()
    everything = told(copied(killed, tmp_path / "whole", log))
    chance = random.Random(7)
    cuts = sorted(
        {0, 1, 31, 32, 33, len(log) - 1, *(chance.randrange(len(log)) for _ in range(90))}
    )
    lengths = []
    for cut in cuts:
        found = told(copied(killed, tmp_path / str(cut), log[:cut]))
        assert found == everything[: len(found)]
        lengths.append(len(found))

    assert len(everything) == STEPS
    assert lengths == sorted(lengths)
    assert lengths[0] == 0
    assert len(set(lengths)) > STEPS // 2


def test_garbage_in_the_log_leaves_a_prefix(killed, tmp_path):
    """Overwritten anywhere, what stands before is kept and what comes after is not believed."""
    log = (killed / "journal.db-wal").read_bytes()
    everything = told(copied(killed, tmp_path / "whole", log))
    chance = random.Random(11)
    for number in range(60):
        place = chance.randrange(32, len(log) - 64)
        spoiled = log[:place] + chance.randbytes(64) + log[place + 64 :]
        found = told(copied(killed, tmp_path / str(number), spoiled))
        assert found == everything[: len(found)]
        assert len(found) < STEPS


def test_a_torn_journal_is_written_on(killed, tmp_path):
    """After the cut the next attempt is written, and lost rows are not numbered again wrongly."""
    log = (killed / "journal.db-wal").read_bytes()
    folder = copied(killed, tmp_path / "torn", log[: len(log) * 2 // 3])
    before = told(folder)
    with Journal(folder / "journal.db") as journal:
        live(journal, "k1-next")

    assert told(folder)[: len(before)] == before
    assert len(told(folder)) == len(before) + 7


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """The bytes of a journal of some pages that was closed well."""
    path = tmp_path_factory.mktemp("closed") / "journal.db"
    with Journal(path) as journal:
        for future in [journal.intend_soon(draft(f"k1-{n}"), NO_WALL) for n in range(90)]:
            future.result()
    return path.read_bytes()


@pytest.mark.parametrize("look", [False, True])
@pytest.mark.parametrize(
    ("place", "bytes_there"),
    [(0, b"no database at all"), (0, bytes(100)), (1024, b"\xff" * 1024), (5000, b"\x13" * 4000)],
)
def test_a_damaged_file_is_told_and_left_alone(closed, tmp_path, place, bytes_there, look):
    """Never a traceback, never a new journal in its place: money is at stake."""
    path = tmp_path / "journal.db"
    path.write_bytes(closed)
    with path.open("r+b") as file:
        file.seek(place)
        file.write(bytes_there)
    before = path.read_bytes()

    with pytest.raises(JournalError) as caught:
        Journal(path, look=look)

    assert "damaged" in str(caught.value)
    assert "backup" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("look", [False, True])
def test_a_cut_file_is_told(closed, tmp_path, look):
    """Half a file, and an empty one."""
    path = tmp_path / "journal.db"
    path.write_bytes(closed)
    for size in (path.stat().st_size // 2, 0):
        os.truncate(path, size)
        with pytest.raises(JournalError, match="damaged"):
            Journal(path, look=look)
        assert path.stat().st_size == size


@pytest.mark.parametrize("look", [False, True])
def test_a_log_without_its_file_is_kept(killed, tmp_path, look):
    """SQLite would throw such a log away, and with it the jobs that are out."""
    log = tmp_path / "journal.db-wal"
    shutil.copy(killed / "journal.db-wal", log)

    with pytest.raises(JournalError, match=r"journal\.db-wal is there without it"):
        Journal(tmp_path / "journal.db", look=look)

    assert log.read_bytes() == (killed / "journal.db-wal").read_bytes()


def test_somebody_else_s_database_is_refused(tmp_path):
    """Only what storyreel made is a journal."""
    path = tmp_path / "journal.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("create table theirs (a)")

    with pytest.raises(JournalError, match="not a journal of storyreel"):
        Journal(path)


def test_a_folder_in_its_place_is_told(tmp_path):
    """What cannot be opened is an error in words."""
    (tmp_path / "journal.db").mkdir()
    with pytest.raises(JournalError):
        Journal(tmp_path / "journal.db")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 512 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_loses_nothing(small_disk):
    """What was confirmed stays; with room again the same journal goes on."""
    path = small_disk / "journal.db"
    filler = small_disk / "filler"
    confirmed = []
    with Journal(path) as journal:
        filler.write_bytes(bytes(300_000))
        many = (journal.intend(draft(f"k1-{number}"), NO_WALL) for number in range(2000))
        with pytest.raises(JournalError, match="full") as caught:
            confirmed.extend(many)
        assert "Make room" in str(caught.value)
        assert journal.all() == tuple(confirmed)
        filler.unlink()
        confirmed.append(journal.intend(draft("k1-after"), NO_WALL))
    with Journal(path) as journal:
        assert journal.all() == tuple(confirmed)
    assert len(confirmed) > 20


def test_no_room_for_a_first_journal_leaves_none(small_disk):
    """It is there whole or not at all, so that the next run can make it."""
    (small_disk / "filler").write_bytes(bytes(505_000))
    with pytest.raises(JournalError, match="Make room"):
        Journal(small_disk / "journal.db")
    (small_disk / "filler").unlink()
    with Journal(small_disk / "journal.db") as journal:
        assert journal.all() == ()


MOUNTS = """\
24 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 24 0:40 / /home rw shared:1 - nfs4 server:/home rw
31 30 0:41 / /home/ann/local\\040disk rw - xfs /dev/vdb rw
32 24 0:42 / /mnt rw - ext4 /dev/vdc rw
33 32 0:43 / /mnt rw - cifs //server/share rw
nonsense
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/work/output", "ext4"),
        ("/home/ann/film/output", "nfs4"),
        ("/homework", "ext4"),
        ("/home/ann/local disk/output", "xfs"),
        ("/mnt/output", "cifs"),
    ],
)
def test_the_disk_of_a_folder_is_found(folder, kind):
    """The nearest mount counts, the later one of two at a place; blanks in names are spelled."""
    assert kind_of(Path(folder), MOUNTS) == kind
    assert (kind in NETWORK) == (kind in ("nfs4", "cifs"))
