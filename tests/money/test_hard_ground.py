"""Ground that gives way: full disks, folders that may not be written, clocks that jump."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess

import pytest
from project import SHOTS

from pipeline.desk.ledger import read_ledger
from pipeline.journal.errors import JournalError
from pipeline.journal.journal import Journal

HOUR = 3600.0


@pytest.fixture
def mount():
    """Mounts a disk of 16 megabytes at a folder; its room is taken by ``fill``."""
    if os.name == "nt" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    mounted = []

    def at(folder):
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "tmpfs", str(folder)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("this machine lets nobody mount a small disk")
        mounted.append(folder)
        return folder

    yield at
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, *, but):
    """Take all room of the disk but so many bytes."""
    free = os.statvfs(folder)
    room = free.f_bavail * free.f_frsize - but
    if room > 0:
        (folder / "ballast").write_bytes(b"\0" * room)


# bytes left: too few for the journal, its log, the downloads, the store, the frames, the film
ROOM = [0, 16_000, 60_000, 110_000, 200_000, 350_000]


@pytest.mark.parametrize(
    "room", [ROOM[2], *(pytest.param(n, marks=pytest.mark.long) for n in ROOM)]
)
def test_the_disk_is_full(project, mount, undisturbed, room):
    """It is told in words, nothing is paid for twice, and with room the next render goes on."""
    small_disk = mount(project.output)
    fill(small_disk, but=room)
    done = project.render()
    assert done.code in (0, 1), done.said
    if done.code:
        assert any(word in done.said for word in ("full", "No space", "room")), done.said
    before = project.clips()
    (small_disk / "ballast").unlink(missing_ok=True)
    again = project.render()
    assert again.code == 0, again.said
    assert before.items() <= project.clips().items()
    project.check_whole(undisturbed)


def test_a_journal_is_made_whole_or_not_at_all(mount, tmp_path):
    """However little room there is when it is made: it is there and sound, or there is none."""
    small_disk, made = mount(tmp_path / "disk"), []
    for room in range(0, 80_000, 4096):
        folder = small_disk / str(room)
        folder.mkdir()
        fill(small_disk, but=room)
        with contextlib.suppress(JournalError):
            Journal(folder / "journal.db").close()
            made.append(room)
        (small_disk / "ballast").unlink(missing_ok=True)
        assert list(folder.glob("journal.db*")) == ([folder / "journal.db"] if room in made else [])
        with Journal(folder / "journal.db") as journal:
            assert journal.all() == ()

    assert 0 < len(made) < 20


@pytest.mark.parametrize("room", [0, pytest.param(1_000, marks=pytest.mark.long)])
def test_the_disk_of_the_lock_is_full(project, mount, undisturbed, room):
    """The boards' own disk is full: what was paid for is in the store, and named by the next."""
    boards = project.root / "storyboards"
    kept = boards.rename(project.root.parent / "kept")
    small_disk = mount(boards)
    shutil.copytree(kept, boards, dirs_exist_ok=True)
    fill(small_disk, but=room)
    done = project.render()
    assert done.code in (0, 1), done.said
    (small_disk / "ballast").unlink(missing_ok=True)
    again = project.render()
    assert again.code == 0, again.said
    project.check_whole(undisturbed)


@pytest.mark.parametrize(
    "place",
    [
        "output/store",
        "storyboards",
        *(pytest.param(n, marks=pytest.mark.long) for n in ("output", "output/store/incoming")),
    ],
)
def test_a_place_that_cannot_be_written(project, place):
    """A file stands where a folder must be: it is said, and nothing is ordered that is lost."""
    path = project.root / place
    if place == "storyboards":
        (path / "tiny.lock.toml").mkdir()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("in the way")
    done = project.render()
    assert done.code in (1, 2, 3), done.said
    charged = project.kept
    (path / "tiny.lock.toml").rmdir() if place == "storyboards" else path.unlink()
    again = project.render()
    assert again.code == 0, again.said
    assert charged <= project.kept == SHOTS
    project.check_whole()


JUMPS = {
    "back": (-HOUR,),
    "a day ahead": (25 * HOUR,),
    "to and fro": (0.0, 40 * HOUR, -30 * HOUR, 5.0, -HOUR),
}


@pytest.mark.parametrize(
    "jumps",
    [
        JUMPS["to and fro"],
        *(pytest.param(JUMPS[n], marks=pytest.mark.long) for n in ("back", "a day ahead")),
    ],
)
def test_a_clock_that_jumps(project, undisturbed, jumps):
    """A date that is wrong, or jumps with every look, costs no money and no film."""
    done = project.render(jumps=jumps)
    assert done.code == 0, done.said
    project.check_whole(undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("step", range(1, 24, 2))
@pytest.mark.parametrize("jumps", JUMPS.values(), ids=JUMPS)
def test_a_clock_that_jumps_between_death_and_life(project, jumps, step):
    """Killed at any step and begun again under another date: never charged twice."""
    project.render(after=step)
    for _ in range(2):
        project.render(jumps=jumps)
    assert max(project.charged().values()) == 1, read_ledger(project.ledger)
    assert set(project.states()) <= {"committed", "uncertain"}
    project.check_secret()
