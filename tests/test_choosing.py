"""Takes and who serves: the pick, else the lowest-numbered good take; a person's word is final."""

from __future__ import annotations

import contextlib
import json
import shutil

import pytest

from pipeline.choosing import (
    accept_take,
    clear_pick,
    note_take,
    pick_take,
    plan_retake,
    reject_take,
    take_rows,
)
from pipeline.cli.main import exit_code_of
from pipeline.errors import UsageError
from pipeline.named_takes import note_words
from pipeline.planning import plan_film
from pipeline.sidecars.lock_file import load_lock

BOARD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 64p, fps: 12}
defaults: {model: animatic, duration: 0.25s}
shots:
  - {id: sh010, prompt: A harbour at dawn., takes: 3, seed: 2147483646}
  - {id: sh020, prompt: It goes on., first_frame: sh010.last}
"""


class Project:
    """One board of two shots, rendered once for all tests of this file."""

    def __init__(self, folder):
        self.folder = folder
        self.board = folder / "storyboards" / "harbour.storyboard.yaml"
        self.lock_path = self.board.with_name("harbour.lock.toml")

    def plan(self, **how):
        return plan_film(self.board, **how)

    def said(self, **how):
        return [f"{s.label} {s.verb}: {s.action}" for s in self.plan(**how).plan.every]

    def run(self, *words):
        return exit_code_of([*words])

    def render(self, *more):
        assert self.run("render", str(self.board), *more) == 0

    def block(self, shot="sh010"):
        return load_lock(self.lock_path).of(shot)

    def edit(self, old, new):
        text = self.board.read_text()
        assert old in text
        self.board.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """The board, rendered: three takes of its first shot."""
    project = Project(tmp_path_factory.mktemp("choosing") / "project")
    project.board.parent.mkdir(parents=True)
    project.board.write_text(BOARD)
    project.render()
    return project


@pytest.fixture
def project(rendered, tmp_path):
    """A copy of it to change."""
    shutil.copytree(rendered.folder, tmp_path / "project")
    with contextlib.chdir(tmp_path / "project"):
        yield Project(tmp_path / "project")


def test_variations_ask_for_the_next_seeds_wrapped_to_the_models_range(rendered):
    """Numbers follow the variations, whichever came first; the first one serves."""
    takes = rendered.block().takes

    assert [(t.number, t.variation, t.seed) for t in takes] == [
        (1, 1, 2147483646),
        (2, 2, 2147483647),
        (3, 3, 0),
    ]
    assert rendered.said() == ["sh010 reuse: take 1", "sh020 reuse: take 1"]


def test_the_plan_lists_a_step_for_each_take_that_is_missing(project):
    """Asked for two more, two are made; who serves stays who he was."""
    project.edit("takes: 3", "takes: 5")

    assert project.said() == [
        "sh010 reuse: take 1",
        "sh010 take 4 of 5 make: another take, seed 1",
        "sh010 take 5 of 5 make: another take, seed 2",
        "sh020 reuse: take 1",
    ]
    assert [step.shot.id for step in project.plan().plan.to_make] == ["sh010", "sh010"]


def test_a_draft_makes_one_of_each(project):
    """There is nothing to choose in a draft."""
    from pipeline.storyboard.resolver import Draft

    labels = [step.label for step in project.plan(draft=Draft()).plan.every]
    assert labels == ["sh010", "sh020"]


def test_a_pick_serves_and_what_starts_on_its_frames_is_stale(project):
    """Its frames are taken at once, so the plan is certain; picking back costs nothing."""
    chosen = pick_take(project.plan(), "sh010", 2)
    said = project.said()

    assert said == [
        "sh010 reuse: take 2, picked",
        "sh020 make: follows sh010, whose pick changed",
    ]
    assert "sh020 is to be made: follows sh010, whose pick changed; free" in chosen.notes
    assert project.plan().plan.steps[1].action.certain
    project.render()
    assert project.said()[1] == "sh020 reuse: take 2"

    pick_take(project.plan(), "sh010", 1)
    assert project.said() == ["sh010 reuse: take 1, picked", "sh020 reuse: take 1"]


def test_a_pick_taken_away_lets_the_lowest_good_take_serve(project):
    """The lock is as it was; what starts on its frames is stale again, and the price is told."""
    before = project.block()
    pick_take(project.plan(), "sh010", 3)
    project.render()
    reject_take(project.plan(), "sh010", 1)
    chosen = clear_pick(project.plan(), "sh010")

    assert (chosen.name, chosen.take.number) == ("sh010 take 3", 3)
    assert chosen.notes[0] == "now: take 2"
    assert "sh020 is to be made: follows sh010, whose take 2 serves again; free" in chosen.notes
    assert accept_take(project.plan(), "sh010", 1).notes == ("now: take 1",)
    block = project.block()
    assert (block.pick, block.held, block.rejected) == (None, False, frozenset())
    assert [take.clip for take in block.takes] == [take.clip for take in before.takes]


def test_a_held_pick_taken_away_lets_the_shot_be_made_as_it_asks(project):
    """The clip stays; what is to be made now is told with its price."""
    project.edit("at dawn", "at noon")
    pick_take(project.plan(), "sh010", 2, hold=True)
    chosen = clear_pick(project.plan(), "sh010")

    assert chosen.notes[0] == "sh010 is to be made: changed: prompt; free"
    assert project.said()[0] == "sh010 make: changed: prompt"
    assert (project.block().pick, project.block().held) == (None, False)


def test_a_pick_made_meanwhile_is_not_taken_away(project):
    """What another process picked since the plan is not what this person saw."""
    pick_take(project.plan(), "sh010", 2)
    seen = project.plan()
    pick_take(project.plan(), "sh010", 3)

    assert clear_pick(seen, "sh010").notes[0] == "now: take 3, picked"


def test_a_rejection_taken_back_lets_the_take_serve_by_itself(project):
    """It is not picked: the lowest good take serves, as before anybody spoke."""
    before = project.lock_path.read_bytes()
    reject_take(project.plan(), "sh010", 1)
    chosen = accept_take(project.plan(), "sh010", 1)

    assert chosen.notes == ("now: take 1",)
    assert project.lock_path.read_bytes() == before


def test_picking_changes_one_line_of_the_lock_and_no_board(project):
    """What a colleague reviews is the choice, nothing else."""
    board, before = project.board.read_bytes(), project.lock_path.read_text().splitlines()
    pick_take(project.plan(), "sh010", 3)
    after = project.lock_path.read_text().splitlines()

    assert project.board.read_bytes() == board
    assert [line for line in after if line not in before] == [
        f'shots.sh010.pick = "{project.block().takes[2].clip}"'
    ]
    assert [line for line in before if line not in after] == []


def test_a_pick_whose_prompt_has_changed_is_told_and_a_held_one_serves(project):
    """Without hold the shot is made anew; with it the old clip stays in the film."""
    pick_take(project.plan(), "sh010", 2)
    project.edit("at dawn", "at noon")
    assert project.said()[0] == ("sh010 make: changed: prompt; pick 2 was made for the old prompt")

    pick_take(project.plan(), "sh010", 2, hold=True)
    said = project.said()
    assert said[0] == "sh010 reuse: take 2, held: made for the old prompt"
    assert said[1:3] == [
        "sh010 take 2 of 3 make: another take, seed 2147483647",
        "sh010 take 3 of 3 make: another take, seed 0",
    ]


def test_a_seed_edited_in_the_board_goes_before_a_pick(project):
    """The request is another then, seed or not."""
    pick_take(project.plan(), "sh010", 2)
    project.edit("seed: 2147483646", "seed: 5")

    assert "pick 2 was made for the old seed" in project.said()[0]


def test_a_rejected_take_serves_no_more_and_the_next_does(project):
    """It stays in lock and store; picked again it serves again."""
    reject_take(project.plan(), "sh010", 1)
    assert project.said()[0] == "sh010 reuse: take 2"
    reject_take(project.plan(), "sh010", 2)
    assert project.said()[0] == "sh010 reuse: take 3"
    assert all(row.state == "good" for row in take_rows(project.plan(), "sh010"))

    pick_take(project.plan(), "sh010", 1)
    assert project.said()[0] == "sh010 reuse: take 1, picked"


def test_with_every_take_rejected_the_plan_says_what_one_costs_and_render_makes_the_next(project):
    """No rejected take comes back by itself, whatever render finds in the store."""
    for number in (1, 2, 3):
        chosen = reject_take(project.plan(), "sh010", number)
    assert "sh010 is to be made: takes 1, 2, 3 were rejected; free" in chosen.notes
    assert project.said()[0] == "sh010 make: takes 1, 2, 3 were rejected"

    project.render()
    newest = project.block().newest()
    assert (newest.number, newest.variation, newest.seed) == (4, 4, 1)
    assert project.said()[0] == "sh010 reuse: take 4"


def test_a_shot_that_follows_keeps_to_its_pick_where_the_key_is_known_only_then(project):
    """A chain remade to the same pixels finds the pick, not the first take."""
    project.edit("first_frame: sh010.last}", "first_frame: sh010.last, takes: 2}")
    project.render()
    pick_take(project.plan(), "sh020", 2)
    clip = project.block("sh020").pick
    project.render("--force", "sh010")  # the same pixels again

    assert project.block("sh020").pick == clip
    assert project.said()[1] == "sh020 reuse: take 2, picked"
    assert len(project.block("sh020").takes) == 2


def test_a_retake_serves_only_once_it_is_picked(project):
    """The next seed, or one that is named; the film stays; nothing is ordered twice."""
    film = project.folder / "output" / "harbour" / "harbour.mp4"
    before = film.read_bytes()
    assert project.run("retake", "sh010") == 0
    assert project.run("retake", "sh010", "--seed", "77") == 0
    takes = project.block().takes

    assert [(t.variation, t.seed) for t in takes[3:]] == [(4, 1), (0, 77)]
    assert project.block().orders == ()
    assert film.read_bytes() == before
    assert project.said()[0] == "sh010 reuse: take 1"
    with pytest.raises(UsageError, match="has a take with that seed already"):
        plan_retake(project.plan(), "sh010", seed=77)

    pick_take(project.plan(), "sh010", 5)
    assert project.said()[0] == "sh010 reuse: take 5, picked"


def test_a_retake_that_was_stopped_is_gone_on_with_by_render(project):
    """The order stands in the lock before anything is made, and goes with its take."""
    from pipeline.choosing import order_takes

    order_takes(plan_retake(project.plan(), "sh010", count=2))
    assert project.said()[1:3] == [
        "sh010 take 4 of 5 make: another take, seed 1",
        "sh010 take 5 of 5 make: another take, seed 2",
    ]
    project.render()
    assert project.block().orders == ()
    assert [take.number for take in project.block().takes] == [1, 2, 3, 4, 5]


def test_an_order_for_a_request_that_changed_is_not_carried_out(project):
    """Nobody asked for takes of the new prompt."""
    from pipeline.choosing import order_takes

    order_takes(plan_retake(project.plan(), "sh010"))
    project.edit("at dawn", "at noon")

    assert [line.split()[0:5] for line in project.said() if "of 4" in line] == []


def test_what_never_varies_has_one_take(project):
    """A card is not made twice, whatever the defaults say, and is not rejected."""
    card = "  - {id: sh030, model: card, text: The End}\n"
    project.board.write_text(project.board.read_text() + card)
    project.edit("duration: 0.25s}", "duration: 0.25s, takes: 2}")
    labels = [step.label for step in project.plan().plan.every]
    assert labels[-2:] == ["sh020 take 2 of 2", "sh030"]

    project.render()
    with pytest.raises(UsageError, match="would be the same"):
        reject_take(project.plan(), "sh030", 1)


def test_a_pick_that_no_film_shows_yet_is_not_cleaned_away(project):
    """A free clip that a person chose is not unused; what was made once is not made again."""
    pick_take(project.plan(), "sh010", 3)
    assert project.run("clean", "--yes") == 0
    states = {row.take.number: row.state for row in take_rows(project.plan(), "sh010")}

    assert states == {1: "good", 2: "missing", 3: "good"}
    assert [line for line in project.said() if "another take" in line] == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  too\n dark\t", "too dark"),
        ("\x1b[31mred\x07\x00 \x9b1m", "[31mred 1m"),
        ("\u202eright to left, \u65e5\u672c", "\u202eright to left, \u65e5\u672c"),
    ],
)
def test_a_note_keeps_its_words_and_nothing_a_terminal_obeys(typed, kept):
    """It is shown to everybody who lists takes."""
    assert note_words(typed) == kept


@pytest.mark.parametrize("typed", ["", " \n", "\x00", "caf\udce9", "\ud800"])
def test_a_note_without_words_or_of_no_text_is_refused(typed):
    """Half a letter, or bytes a shell passed on, cannot be written to the lock."""
    with pytest.raises(UsageError, match="A note"):
        note_words(typed)


@pytest.mark.parametrize(
    ("moment", "frame"), [("2f", 2), ("0.1s", 1), ("00:00:00:02", 2), ("0", 0)]
)
def test_a_note_is_of_a_frame_of_the_take_that_serves(project, moment, frame):
    """It is kept with the clip and the frame's number, and listed with a timecode."""
    take, note = note_take(project.plan(), "sh010", moment, "  her\n hand ")

    assert (take.number, note.clip, note.frame, note.text) == (1, take.clip, frame, "her hand")
    assert project.block().notes == (note,)
    assert take_rows(project.plan(), "sh010")[0].notes == (f"00:00:00:{frame:02} her hand",)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda plan: note_take(plan, "sh010", "9s", "x"), "past the end"),
        (lambda plan: note_take(plan, "sh010", "soon", "x"), "no moment"),
        (lambda plan: note_take(plan, "sh010", "1f", " "), "without words"),
        (lambda plan: pick_take(plan, "sh010", 9), "has no take 9"),
        (lambda plan: reject_take(plan, "sh099", 1), "no shot `sh099`"),
        (lambda plan: clear_pick(plan, "sh010"), "has no pick to take away"),
        (lambda plan: accept_take(plan, "sh010", 1), "take 1 is not rejected"),
        (lambda plan: plan_retake(plan, "sh010", seed=2**40), "takes seeds from"),
    ],
)
def test_what_means_nothing_is_told_and_nothing_is_written(project, wrong, why):
    """The lock keeps its bytes."""
    before = project.lock_path.read_bytes()
    with pytest.raises(UsageError, match=why):
        wrong(project.plan())
    assert project.lock_path.read_bytes() == before


def test_the_commands_speak_json(project, capsys):
    """One document each, with a schema."""
    told = {}
    for words in (
        ["pick", "sh010", "2"], ["reject", "sh010", "3"], ["note", "sh010", "1f", "soft"],
        ["takes", "harbour", "sh010"],
    ):  # fmt: skip
        assert project.run(*words, "--json") == 0
        told[words[0]] = json.loads(capsys.readouterr().out)

    assert {document["schema"] for document in told.values()} == {1}
    assert (told["pick"]["serving"], told["pick"]["to_make"]) == (2, ["sh020"])
    assert (told["note"]["take"], told["note"]["frame"]) == (2, 1)
    marks = [take["marks"] for take in told["takes"]["takes"]]
    assert marks == [[], ["serves", "picked"], ["rejected"]]


def test_what_is_taken_back_speaks_json_and_words(project, capsys):
    """The outcome, what serves and what is to be made; what cannot be said together is refused."""
    told = []
    for words in (
        ["pick", "sh010", "2"], ["pick", "sh010", "--clear"],
        ["reject", "sh010", "1"], ["reject", "sh010", "1", "--undo"],
    ):  # fmt: skip
        assert project.run(*words, "--json") == 0
        told.append(json.loads(capsys.readouterr().out))
    assert [(one["outcome"], one["take"], one["serving"]) for one in told] == [
        ("picked", 2, 2), ("cleared", 2, 1), ("rejected", 1, 2), ("accepted", 1, 1),
    ]  # fmt: skip
    assert told[1]["at_most"]["text"] == "free"

    project.run("pick", "sh010", "2")
    project.run("pick", "sh010", "--clear")
    assert "sh010 take 2 is picked no more" in capsys.readouterr().err
    assert [project.run("pick", "sh010", *more) for more in ([], ["2", "--clear"])] == [2, 2]


def test_a_saved_plan_has_its_further_takes_and_moves_with_them(project):
    """Exactly those takes are made; once one is there the plan holds no more."""
    project.edit("takes: 3", "takes: 4")
    assert project.run("plan", str(project.board), "-o", "plan.json") == 0
    assert project.run("render", "plan.json") == 0
    assert len(project.block().takes) == 4
    assert project.run("render", "plan.json") == 5
