"""A whole film from an empty folder by JSON alone: nothing else that storyreel says is read."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
import spoken

from pipeline.cli.main import COMMANDS
from pipeline.desk.server import Desk

HEAD = """\
storyboard: 1
title: {title}
format: {{resolution: 64p, fps: 24}}
defaults: {{model: {model}, duration: {seconds}s}}
shots:
"""
SERVING = {"watch", "review"}  # they stay until they are stopped: tested where they live


@pytest.fixture
def storyreel(tmp_path):
    """Speaks to an empty folder."""
    with spoken.told({"STORYREEL_CONFIG": str(tmp_path.parent / "none.toml")}):
        yield spoken.Speaker(tmp_path)


def test_a_film_from_an_empty_folder(storyreel, tmp_path):
    """Begin, mend a fault, make, choose, look, hand over, carry elsewhere, clean up."""
    begun = storyreel("init", "--agents", "--json").last
    board, name = tmp_path / begun["path"], begun["board"]
    keys = storyreel("schema", "--json").last["json_schema"]["$defs"]["ShotEntry"]
    assert "prompt" in json.dumps(keys)
    free = [m for m in storyreel("models", "--json").last["models"] if not m["routes"]]
    model = next(m["name"] for m in free if "first_frame" in m["modes"])
    head = HEAD.format(title="By machine", model=model, seconds="0.5")
    board.write_text(head + "  - {id: sh010, prompt: one}\n"
                     "  - {id: sh020, prompt: two, first_frame: sh01.last}\n")  # fmt: skip
    mend(storyreel, board)

    assert storyreel("plan", name, "--exit-code", "--json").code == 4
    assert storyreel("graph", name, "--json").last["arrows"][0]["hands_over"] == ".last"
    nothing = storyreel("assemble", name, "--json")
    assert nothing.code == 1
    stood_in = storyreel.go_on(nothing.way("--stand-ins")).last["films"][0]
    assert stood_in["stand_ins"] == ["sh010", "sh020"]
    assert storyreel("render", name, "--draft", "--json").last["draft"]
    made = storyreel.go_on(nothing.way("render")).last
    assert (made["event"], made["failed"], made["frames"]) == ("finished", [], 23)

    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "storyboards")
    git(tmp_path, "commit", "-q", "-m", "one")
    choose(storyreel, name)
    told = storyreel("diff", name, "--json").last
    kinds = {one["shot"]: [change["kind"] for change in one["changes"]] for one in told["shots"]}
    assert "repicked" in kinds["sh010"]
    assert kinds["sh020"] == []  # it starts on a frame of the other
    hand_over(storyreel, name, tmp_path)
    look_about(storyreel, name)
    assert storyreel.asked == set(COMMANDS) - SERVING


def git(folder, *words):
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def mend(storyreel, board):
    """Every fault told has the word that was written, its place, and the one that was meant."""
    found = storyreel("check", str(board), "--json")
    assert found.code == 3
    (fault,) = found.last["boards"][0]["faults"]
    assert fault["code"] == "unknown-shot"
    explained = storyreel.go_on(found.way("explain")).last
    assert explained["right"]
    lines = board.read_text().splitlines()
    written = lines[fault["line"] - 1][fault["column"] - 1 : fault["end_column"] - 1]
    shot, _, frame = written.partition(".")
    meant = fault["hint"].split("`")[1]
    assert shot != meant
    board.write_text(board.read_text().replace(written, f"{meant}.{frame}"))
    assert storyreel("check", str(board), "--json").last["ok"]


def choose(storyreel, name):
    """A second take is made, picked, spoken of; the first is rejected; the film follows."""
    wrong = storyreel("pick", "sh010", "2", "--json")
    assert wrong.code == 2
    assert len(storyreel.go_on(wrong.way("takes")).last["takes"]) == 1
    new = storyreel("retake", "sh010", "--json").documents
    (take,) = [one["take"] for one in new if one["event"] == "stored"]
    picked = storyreel("pick", "sh010", str(take), "--json").last
    assert (picked["serving"], picked["to_make"]) == (take, ["sh020"])
    assert storyreel("note", "sh010", "0.1s", "her hand", "--json").last["frame"] == 2
    assert storyreel("reject", "sh010", "1", "--json").last["serving"] == take
    rows = storyreel("takes", name, "sh010", "--json").last["takes"]
    assert [row["marks"] for row in rows] == [["rejected"], ["serves", "picked"]]
    assert storyreel("plan", name, "--json").last["totals"]["make"] == 1
    assert storyreel("render", name, "--json").last["made"] == 1
    again = storyreel("render", name, "--json")
    assert [document["event"] for document in again.documents] == ["finished"]
    assert not again.last["cut_anew"]


def hand_over(storyreel, name, folder):
    """What is written is where the documents say; a pack opens in another folder."""
    (sheet,) = storyreel("sheet", name, "--json").last["sheets"]
    files = [sheet, storyreel("report", name, "--json").last["report"]]
    (shown,) = storyreel("assemble", name, "--preview", "sh010", "--json").last["previews"]
    (film,) = storyreel("assemble", name, "--json").last["films"]
    files += [shown["preview"], film["film"], storyreel("export", name, "--json").last["file"]]
    packed = storyreel("pack", name, "--json").last["pack"]
    unpacked = storyreel("unpack", packed, "-d", "there", "--json").last
    files += [packed, unpacked["board"]]
    assert all((folder / file).stat().st_size for file in files)
    elsewhere = storyreel("render", unpacked["board"], "--json").last
    assert (elsewhere["made"], elsewhere["reused"]) == (0, 2)
    adopted = storyreel("adopt", "sh020", film["film"], "--board", name, "--json").last
    assert (adopted["outcome"], adopted["serves"]) == ("new", False)


def look_about(storyreel, name):
    """The rest only looks, or says what it would do."""
    assert storyreel("show", name, "sh020", "--json").last["prompts"]
    states = storyreel("status", name, "--spend", "--json").last
    assert states["spending"]["spent"]["text"] == "free"
    assert storyreel("journal", "--json").last["attempts"] == []
    assert storyreel("routes", "--json").last["routes"][0]["key_variable"]
    assert storyreel("doctor", "--json").last["ok"]
    assert storyreel("completion", "bash", "--json").last["script"]
    assert storyreel("schema", "--of", "output", "--json").last["json_schema"]["$defs"]["Way"]
    assert storyreel("settle", name, "sh010", "--not-made", "--json").code == 2
    asked = storyreel("clean", "--json")
    assert asked.code == 2
    listed = storyreel.go_on(asked.way("--dry-run")).last
    assert not listed["removed"]
    assert storyreel.go_on(asked.way("--yes")).last["removed"]


PAID = (
    HEAD.format(title="Paid", model="happyhorse-1.1", seconds=3).replace(
        "duration", "routes: [apiframe], resolution: 720p, duration"
    )
    + "  - {id: sh010, prompt: Light over a flat coast.}\n"
    + "  - {id: sh020, prompt: The light grows.}\n"
)


@pytest.fixture
def paid(storyreel, tmp_path):
    """A board of two paid shots, 72 credits each, before a vendor on the desk."""
    (tmp_path / "paid.storyboard.yaml").write_text(PAID)
    with Desk(size=64, time="2", speed=50.0) as desk, spoken.told(desk.environment):
        yield storyreel, desk


def orders(desk):
    return len(desk.ledger())


def test_a_wall_is_gone_on_from_the_cheapest_way_first(paid):
    """Nobody agreed, a wall, a refusal: free ways first, each runs; nothing is paid for twice."""
    storyreel, desk = paid
    asked = storyreel("render", "paid", "--json")
    assert (asked.code, asked.error["code"]) == (5, "not-agreed")
    assert [way["costs"] for way in asked.error["retry_with"]] == ["free", "144 credits"]
    walled = storyreel("render", "paid", "--yes", "--max-cost", "80credits", "--json")
    assert (walled.code, walled.error["code"]) == (5, "over-budget")
    free, fits, whole = walled.error["retry_with"]
    assert [way["costs"] for way in (free, fits, whole)] == ["free", "72 credits", "144 credits"]
    assert orders(desk) == 0

    drafted = storyreel.go_on(free)
    assert (drafted.code, drafted.last["draft"], orders(desk)) == (0, True, 0)
    first = storyreel.go_on(fits)
    assert (first.code, first.last["left_out"], orders(desk)) == (0, ["sh020"], 1)
    desk.fault(on="job", do="refuse", prompt="grows", times=1)
    refused = storyreel.go_on(whole)
    assert (refused.code, refused.last["failed"]) == (1, ["sh020"])
    assert refused.way("assemble", "--stand-ins")["costs"] == "free"
    again = refused.way("--retry-failed")
    assert again["costs"] == "72 credits"
    rest = storyreel.go_on(again)
    assert (rest.code, rest.last["made"], rest.last["failed"]) == (0, 1, [])
    assert storyreel("status", "--json").last["spending"]["spent"]["credits"] == 144


def test_a_take_in_doubt_is_settled(paid):
    """An answer that was lost is a person's to settle; what they say then is told as commands."""
    storyreel, desk = paid
    desk.fault(prompt="flat", on="submit", do="drop", when="before")
    desk.fault(on="list", do="set", set={"jobs": [], "data": []})
    spend = ("--yes", "--max-cost", "144credits", "--json")
    lost = storyreel("render", "paid", *spend)
    assert lost.way("render")["costs"] == "free"
    storyreel.clock.ahead = 25 * 3600.0
    doubtful = storyreel("render", "paid", *spend)
    ways = [way for way in doubtful.error["retry_with"] if "settle" in way["command"]]
    assert [way["costs"] for way in ways] == ["72 credits at the next render"] * 2
    desk.clear_faults()
    assert storyreel.go_on(doubtful.way("settle", "--not-made")).code == 0
    assert storyreel("render", "paid", *spend).code == 0
    assert orders(desk) == 2


@pytest.mark.long  # what is missing is proved in tests/money: this is the way told of it
def test_clips_that_are_gone_are_paid_for_again_only_by_the_way_told(storyreel, tmp_path):
    """Store, journal and the vendor's own copies are gone: nothing is ordered before that."""
    (tmp_path / "paid.storyboard.yaml").write_text(PAID)
    with Desk(size=64, time="2", speed=50.0) as desk, spoken.told(desk.environment):
        storyreel("render", "paid", "--yes", "--json")
    shutil.rmtree(tmp_path / "output")
    with Desk(size=64, time="2", speed=50.0) as desk, spoken.told(desk.environment):
        gone = storyreel("render", "paid", "--yes", "--json")
        assert (gone.code, orders(desk)) == (1, 0)
        again = gone.way("--remake-missing")
        assert again["costs"] == "144 credits"
        assert (storyreel.go_on(again).code, orders(desk)) == (0, 2)


def test_without_a_key_the_way_is_free(storyreel, tmp_path):
    """The draft is made, and doctor says where the key belongs."""
    (tmp_path / "paid.storyboard.yaml").write_text(PAID)
    refused = storyreel("render", "paid", "--yes", "--json")
    assert (refused.code, refused.error["code"]) == (6, "key-refused")
    told = storyreel.go_on(refused.way("doctor")).last["checks"]
    assert any("APIFRAME_API_KEY" in check["text"] for check in told)
