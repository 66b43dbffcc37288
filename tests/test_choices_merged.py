"""Two people choose on two branches, by the commands; git joins what they said of one film."""

from __future__ import annotations

import contextlib
import json
import shutil

import pytest
import repositories

from pipeline.cli.git_checked import ATTRIBUTES
from pipeline.cli.main import exit_code_of
from pipeline.planning import plan_film
from pipeline.sidecars.lock_file import load_lock

BOARD = repositories.board(
    "id: sh010, prompt: A harbour., takes: 2", "id: sh020, prompt: Gulls."
).replace("0.25s", "0.1s")
LOCK = "storyboards/film.lock.toml"


class Pair:
    """One film in two clones: ours, and theirs, each with the store of its own machine."""

    def __init__(self, folder, rendered):
        self.ours = repositories.Project(folder / "ours")
        self.theirs = repositories.Project(folder / "theirs")
        for one in (self.ours, self.theirs):
            shutil.copytree(rendered.folder, one.folder)

    def without_attributes(self):
        for one in (self.ours, self.theirs):
            one.git("rm", "-q", "storyboards/.gitattributes")
            one.commit(says="no attributes")

    def say(self, one, *commands):
        """Run command lines in a clone and commit what they wrote."""
        with contextlib.chdir(one.folder):
            for command in commands:
                assert exit_code_of([*command]) == 0, command
        one.commit(says="choices")

    def choose(self):
        """What each does, picks, rejections, notes and further takes among it."""
        self.say(
            self.ours,
            ("retake", "sh010"), ("pick", "sh010", "3"), ("note", "sh010", "1f", "ours"),
            ("reject", "sh010", "2"),
        )  # fmt: skip
        self.say(
            self.theirs,
            ("retake", "sh010", "--seed", "77"), ("note", "sh010", "1f", "theirs", "--take", "1"),
            ("retake", "sh020"), ("pick", "sh020", "2", "--hold"),
        )  # fmt: skip

    def merge(self):
        """Merge theirs into ours; whether git did it by itself."""
        self.ours.git("fetch", "-q", str(self.theirs.folder), "main")
        try:
            self.ours.git("merge", "-q", "FETCH_HEAD", "-m", "merge")
        except Exception:  # noqa: BLE001 - git stopped: what it left is looked at
            return False
        return True

    def told(self):
        """Everything both lists of takes say, by clip."""
        lock = load_lock(self.ours.folder / LOCK)
        return {
            name: {
                "takes": {take.clip: (take.variation, take.seed) for take in block.takes},
                "pick": block.pick, "held": block.held, "rejected": set(block.rejected),
                "notes": {(note.clip, note.text) for note in block.notes},
                "numbers": [take.number for take in block.takes],
            }
            for name, block in lock.shots.items()
        }  # fmt: skip


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """The film, rendered and committed with the attributes that ``init`` writes."""
    project = repositories.project(tmp_path_factory.mktemp("merged") / "project")
    project.write(f"{ATTRIBUTES}\n", "storyboards/.gitattributes")
    project.write(BOARD)
    with contextlib.chdir(project.folder):
        assert exit_code_of(["render", str(project.board)]) == 0
    project.commit(says="rendered")
    return project


@pytest.fixture
def pair(rendered, tmp_path):
    """Two clones of it."""
    return Pair(tmp_path, rendered)


def both_said(pair):
    """What the two locks say together, each as it was before the merge."""
    said = {}
    for one in (pair.ours, pair.theirs):
        for name, block in load_lock(one.folder / LOCK).shots.items():
            into = said.setdefault(name, {"takes": set(), "rejected": set(), "notes": set()})
            into["takes"] |= {take.clip for take in block.takes}
            into["rejected"] |= block.rejected
            into["notes"] |= {(note.clip, note.text) for note in block.notes}
    return said


def all_there(pair, said):
    for name, block in pair.told().items():
        assert set(block["takes"]) == said[name]["takes"]
        assert block["rejected"] == said[name]["rejected"]
        assert block["notes"] == said[name]["notes"]
        assert block["numbers"] == list(range(1, len(block["takes"]) + 1))


def test_with_the_attribute_everything_both_said_is_there(pair, capsys):
    """Takes under one number are told apart; the picks stand; nobody had to edit anything."""
    pair.choose()
    said = both_said(pair)
    ours = load_lock(pair.ours.folder / LOCK).of("sh010").pick

    assert pair.merge()
    all_there(pair, said)
    told = pair.told()
    assert len(told["sh010"]["takes"]) == 4
    assert (told["sh010"]["pick"], told["sh020"]["held"]) == (ours, True)

    with contextlib.chdir(pair.ours.folder):
        capsys.readouterr()
        assert exit_code_of(["takes", "film", "--json"]) == 0
        takes = json.loads(capsys.readouterr().out)["takes"]
        states = {(one["shot"], one["seed"]): (one["state"], one["marks"]) for one in takes}
        assert states["sh010", 77] == ("missing", [])  # made on the other machine
        assert exit_code_of(["pick", "sh010", "1"]) == 0  # the next writer settles the numbers
    assert load_lock(pair.ours.folder / LOCK).of("sh010").renumbered == ()
    all_there(pair, said)


def test_without_the_attribute_the_way_out_is_told_and_loses_nothing(pair, capsys):
    """Every command refuses and says what to do; done as said, all of both is there."""
    pair.without_attributes()
    pair.choose()
    said = both_said(pair)
    path = pair.ours.folder / LOCK

    assert not pair.merge()
    torn = path.read_bytes()
    with contextlib.chdir(pair.ours.folder):
        capsys.readouterr()
        for command in (
            ("plan", "film"), ("takes", "film"), ("pick", "sh010", "1"), ("render", "film"),
            ("reject", "sh010", "1"), ("note", "sh010", "1f", "lost?"),
        ):  # fmt: skip
            assert exit_code_of([*command]) == 1, command
            told = capsys.readouterr().err
            assert "keep both sides" in told
            assert "<<<<<<<" in told
            assert "merge=union in .gitattributes" in told
            assert path.read_bytes() == torn

    marks = (b"<<<<<<<", b"=======", b">>>>>>>")
    kept = [line for line in torn.splitlines(keepends=True) if not line.startswith(marks)]
    path.write_bytes(b"".join(kept))
    all_there(pair, said)
    assert plan_film(pair.ours.board).plan.stuck == ()


@pytest.mark.parametrize("union", [True, pytest.param(False, marks=pytest.mark.long)])
def test_two_picks_of_one_shot_are_told_with_the_lines_to_choose_from(pair, union, capsys):
    """Whoever merges says which; until then nothing is written, and then the other is gone."""
    if not union:
        pair.without_attributes()
    pair.say(pair.ours, ("pick", "sh010", "1"))
    pair.say(pair.theirs, ("pick", "sh010", "2"))
    path = pair.ours.folder / LOCK
    assert pair.merge() == union
    lines = path.read_text().splitlines()
    kept = [line for line in lines if line[:7] not in ("<<<<<<<", "=======", ">>>>>>>")]
    path.write_text("\n".join(kept) + "\n")
    with contextlib.chdir(pair.ours.folder):
        assert exit_code_of(["pick", "sh010", "2"]) == 1
    told = capsys.readouterr().err
    numbers = [n for n, line in enumerate(kept, 1) if line.startswith("shots.sh010.pick")]
    assert f"another pick in line {numbers[0]} than in line {numbers[1]}: delete one" in told

    path.write_text("\n".join(kept[: numbers[0] - 1] + kept[numbers[0] :]) + "\n")
    assert len(pair.told()["sh010"]["takes"]) == 2
    assert pair.told()["sh010"]["pick"]


@pytest.mark.long
def test_a_pick_taken_away_on_one_branch_is_gone_after_the_merge(pair):
    """A line that one side deletes and the other leaves alone is deleted."""
    pair.say(pair.ours, ("pick", "sh010", "2"), ("reject", "sh010", "1"))
    pair.theirs.git("pull", "-q", str(pair.ours.folder), "main")
    pair.say(pair.ours, ("pick", "sh010", "--clear"), ("reject", "sh010", "1", "--undo"))
    pair.say(pair.theirs, ("retake", "sh020"))

    assert pair.merge()
    block = pair.told()["sh010"]
    assert (block["pick"], block["rejected"], len(block["takes"])) == (None, set(), 2)
    assert len(pair.told()["sh020"]["takes"]) == 2
