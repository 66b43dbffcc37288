"""What the desk charges: once a key, refunded where it fails, written down before it is told."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from calling import Caller, picture, wish

from pipeline.desk.ledger import Entry, Ledger, charges, read_ledger, total
from pipeline.desk.server import Desk


def what(desk):
    return [entry.what for entry in desk.ledger()]


@pytest.mark.parametrize(
    ("resolution", "seconds", "cost"), [("720p", 3, 72), ("1080p", 15, 465), ("720p", 10, 240)]
)
def test_a_job_costs_its_seconds(desk, caller, resolution, seconds, cost):
    """24 credits a second at 720p, 31 at 1080p, taken when it is submitted."""
    caller.taken(resolution=resolution, duration=seconds)

    assert desk.spent() == cost
    assert desk.left() == 100_000 - cost


def test_the_same_key_and_body_is_the_same_job(desk, caller):
    """A replay answers with the original job and charges nothing."""
    first = caller.taken(key="take-1")

    assert caller.taken(key="take-1") == first
    assert what(desk) == ["charge", "replay"]
    assert desk.spent() == 72


def test_the_same_key_with_another_body_is_a_conflict(desk, caller):
    """409, nothing charged; so it is even where only the order of the bytes differs."""
    caller.taken(key="take-1")

    assert caller.submit("another fox", key="take-1").status == 409
    assert what(desk) == ["charge", "conflict"]


def test_keys_belong_to_an_account(kept_clips):
    """Two accounts may use one key."""
    with Desk(size=64, clips=kept_clips, accounts={"afk_a": 500, "afk_b": 500}) as desk:
        first, second = (Caller(desk, key).taken(key="take") for key in ("afk_a", "afk_b"))

        assert first != second
        assert what(desk) == ["charge", "charge"]


def test_a_key_is_forgotten_after_a_day(desk, caller):
    """24 hours later the same key makes a new job, and costs again."""
    first = caller.taken(key="take")
    desk.advance(24 * 3600 + 1)

    assert caller.taken(key="take") != first
    assert desk.spent() == 144


def test_without_a_key_every_post_is_a_job(desk, caller):
    """Nothing protects who sends no key."""
    assert caller.taken() != caller.taken()
    assert desk.spent() == 144


def test_a_key_has_at_most_255_characters(caller):
    """Longer ones are refused."""
    assert caller.submit(key="k" * 255).status == 202
    assert caller.submit(key="k" * 256).status == 400


def test_too_little_money_is_told_in_figures(kept_clips):
    """402 with what is required and what there is; nothing is taken."""
    with Desk(size=64, clips=kept_clips, accounts={"afk_poor": 100}) as desk:
        caller = Caller(desk)
        caller.taken()
        said = caller.submit("another")

        assert said.status == 402
        assert said.content == {
            "error": "Insufficient credits", "creditsRequired": 72, "creditsAvailable": 28,
        }  # fmt: skip
        assert desk.spent() == 72


@pytest.mark.parametrize("kind", ["fail", "refuse", "cancel"])
def test_what_fails_is_given_back_when_it_fails(slow_desk, kind):
    """Charged at submission, refunded at the end, and the job then costs nothing."""
    slow_desk.fault(do=kind)
    caller = Caller(slow_desk)
    job = caller.taken()
    before = (slow_desk.spent(), caller.job(job)["creditCost"])
    slow_desk.advance(101)

    assert before == (72, 72)
    assert caller.job(job)["creditCost"] == 0
    assert (slow_desk.spent(), slow_desk.left()) == (0, 100_000)


def test_a_refund_can_be_withheld(desk, caller):
    """``refund: false`` keeps the money of a failed job."""
    desk.fault(do="fail", refund=False)
    job = caller.taken()

    assert caller.job(job)["creditCost"] == 72
    assert desk.spent() == 72


def test_one_take_is_known_whatever_its_links(desk, caller):
    """Published twice, the picture has two links; what was asked is the same, and counted."""
    data = picture()
    for _ in range(2):
        caller.taken(images=[caller.published(data)])
    first, second = desk.ledger()

    assert first.digest != second.digest
    assert first.asked == second.asked
    assert charges(desk.ledger()) == {first.asked: 2}


def test_the_ledger_tells_who_and_what(desk, caller):
    """Job, account, idempotency key, prompt and seed stand in each line."""
    job = caller.taken("a red fox", key="take-9", seed=5)
    (entry,) = desk.ledger()

    assert (entry.job, entry.account, entry.key) == (job, "afk_desk", "take-9")
    assert (entry.prompt, entry.seed) == ("a red fox", 5)
    told = caller.get("/desk/ledger").content
    assert [Entry(**one) for one in told["entries"]] == [entry]
    assert (entry.amount, entry.unit, told["total"]) == ("72", "credits", "72")


def test_a_line_cut_off_had_not_happened(tmp_path):
    """Reading a ledger leaves out its torn end; two ledgers append to one file."""
    path = tmp_path / "ledger.jsonl"
    for cost in (72, 93):
        book = Ledger(path)
        book.write(Entry("charge", "a", str(cost), "credits"))
        book.close()
    with path.open("ab") as file:
        file.write(b'{"what": "cha')

    assert total(read_ledger(path)) == 165


def test_reset_begins_anew(desk, caller):
    """Jobs, money, keys and counts are forgotten."""
    caller.taken(key="take")
    desk.fault(do="never")
    caller.ask("POST", "/desk/reset")

    assert [entry.what for entry in desk.ledger()] == ["reset"]
    assert caller.get("/v2/jobs").content["jobs"] == []
    assert desk.left() == 100_000
    assert desk.fired() == []


def test_a_killed_desk_leaves_what_it_charged(tmp_path):
    """SIGKILL right after an answer, and where the answer was dropped: both charges are on disk."""
    ledger, rules = tmp_path / "ledger.jsonl", tmp_path / "rules.json"
    rules.write_text(json.dumps([{"on": "submit", "do": "drop", "when": "after", "nth": 2}]))
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.desk", "apiframe", "--port", "0", "--size", "64",
         "--quiet", "--plain", "--ledger", ledger, "--faults", rules, "--time", "60"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        lines = [process.stdout.readline().strip() for _ in range(4)]
        told = dict(line.removeprefix("export ").split("=", 1) for line in lines[1:])
        answers = [_posted(told["STORYREEL_APIFRAME_URL"], told["DESK_KEY"], n) for n in (1, 2)]
        os.kill(process.pid, signal.SIGKILL)

    assert told["STORYREEL_APIFRAME_KEY_VARIABLE"] == "DESK_KEY"
    assert answers == [202, None]
    assert [entry.prompt for entry in read_ledger(ledger)] == ["shot 1", "shot 2"]


def _posted(url, key, number):
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    headers = {"x-api-key": key, "content-type": "application/json"}
    try:
        line.request("POST", "/v2/videos/generate", json.dumps(wish(f"shot {number}")), headers)
        return line.getresponse().status
    except ConnectionError:
        return None
    finally:
        line.close()


def test_a_request_too_many_is_told_when_to_come_back(kept_clips):
    """Over the limit a minute: 429 with ``Retry-After``; a minute later it is served."""
    with Desk(size=64, clips=kept_clips, most_requests=2) as desk:
        caller = Caller(desk)
        said = [caller.get("/v2/me") for _ in range(3)]
        desk.advance(60)

        assert [one.status for one in said] == [200, 200, 429]
        assert 1 <= int(said[2].headers["retry-after"]) <= 60
        assert caller.get("/v2/me").status == 200


def test_jobs_over_the_limit_wait_their_turn(kept_clips):
    """With one at a time, the second begins when the first ends; the limit is told."""
    with Desk(size=64, clips=kept_clips, most_jobs=1, time=100) as desk:
        caller = Caller(desk)
        first, second = caller.taken("one"), caller.taken("two")
        states = []
        for _ in range(4):
            states.append((caller.job(first)["status"], caller.job(second)["status"]))
            desk.advance(51)

    assert states == [
        ("QUEUED", "QUEUED"), ("PROCESSING", "QUEUED"),
        ("COMPLETED", "PROCESSING"), ("COMPLETED", "PROCESSING"),
    ]  # fmt: skip
