"""Names in packs: such as mean one place in a project, on every system."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.packs.names import clashing, why_no_place, why_not

GOOD = [
    "lock.toml",
    "project/film.storyboard.yaml",
    "project/storyboards/ep01/refs/Ein Bild, größer.png",
    f"clips/{'a' * 64}.mp4",
    f"frames/{'0' * 64}-119.png",
]
BAD = [
    "",
    "/etc/passwd",
    "project/",
    "project//a",
    "project//etc/passwd",
    "project/../a",
    "project/a/../../b",
    "project/./a",
    "project/a/",
    "project/a\\b",
    "project/C:/a",
    "project/c:a",
    "project/a\0b",
    "project/a\nb",
    "project/.env",
    "project/.git/config",
    "project/storyboards/.hidden/a.png",
    "project/output/journal.db",
    "project/Output/journal.db",
    "project/con",
    "project/refs/NUL.png",
    "project/COM1.a.b",
    "project/lpt9 .txt",
    "project/a.",
    "project/a ",
    "project/a\udcff",
    f"project/{'a' * 256}",
    f"project/{'ä' * 128}",
    f"project/{'a/' * 600}a",
    "other/a",
    "clips/abc.mp4",
    f"clips/{'a' * 64}.exe",
    f"clips/{'A' * 64}.mp4",
    f"clips/../{'a' * 64}.mp4",
    f"frames/{'0' * 64}-01.png",
    f"frames/{'0' * 64}--1.png",
]


@pytest.mark.parametrize("name", GOOD)
def test_what_a_pack_holds_may_stand_in_it(name):
    """Boards, pictures by any ordinary name, clips and frames by digest."""
    assert why_not(name) is None


@pytest.mark.parametrize("name", BAD, ids=ascii)
def test_what_leads_elsewhere_may_not(name):
    """Out of the project, into hidden files or our own output, or to no file on some system."""
    assert why_not(name)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab./\\:~$ \0ÄéCONcon\udcff"), max_size=12))
def test_a_name_that_is_let_through_stays_inside(tmp_path_factory, relative):
    """Whatever the name, the place it means lies in the folder, under that very name."""
    if why_no_place(relative) is not None:
        return
    folder = tmp_path_factory.getbasetemp()
    place = folder / relative

    assert place.resolve() == folder.resolve() / relative
    assert place.relative_to(folder).as_posix() == relative


@pytest.mark.parametrize(
    "names",
    [["project/a", "project/a"], ["project/a.png", "project/A.PNG"],
     ["project/\u00e9", "project/e\u0301"], ["project/a", "project/a/b"],
     ["project/a/b", "project/A"]],
)  # fmt: skip
def test_two_names_of_one_place_are_found(names):
    """Capitals, ways to write an accent, a file that is another's folder."""
    assert clashing(names) in names
    assert clashing(names[:1]) is None
