"""What EmpirioLabs' desk charges: exactly, once a posting, kept where nobody says it comes back."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from email.utils import parsedate_to_datetime
from fractions import Fraction
from urllib.parse import urlsplit

import pytest
from calling import EmpirioCaller, generation
from click.testing import CliRunner

from pipeline.desk.__main__ import main
from pipeline.desk.amounts import as_number, spelled
from pipeline.desk.faults import mixture
from pipeline.desk.ledger import Entry, charges, read_ledger, total
from pipeline.desk.server import Desk

THREE = Fraction("0.42")  # usd: 3 s at 720p


def moves(desk):
    return [entry.what for entry in desk.ledger()]


@pytest.mark.parametrize(
    ("resolution", "seconds", "amount"), [("720p", 6, "0.84"), ("1080p", 15, "2.7")]
)
def test_a_job_costs_its_seconds_in_dollars(empirio, resolution, seconds, amount):
    """The book has the very cents, with their unit, and the account has them less."""
    empirio.taken(resolution=resolution, duration=seconds)
    (entry,) = empirio.desk.ledger()

    assert (entry.what, entry.amount, entry.unit) == ("charge", amount, "usd")
    assert empirio.desk.spent() == Fraction(amount)
    assert empirio.desk.left() == 1000 - Fraction(amount)
    assert empirio.get("/desk/ledger").content["total"] == amount


def test_a_hundred_charges_add_up_to_the_cent(empirio):
    """As floats would not."""
    for number in range(100):
        empirio.taken(f"fox {number}", duration=3)

    assert empirio.desk.spent() == 42
    assert sum(0.42 for _ in range(100)) != 42


def test_the_same_again_is_another_job(empirio):
    """There is no idempotency key: a second posting costs again, and the book counts it."""
    first, second = empirio.taken(), empirio.taken()
    header = empirio.ask("POST", "/v1/videos/generations", generation(), idempotency_key="take")
    (asked,) = {entry.asked for entry in empirio.desk.ledger()}

    assert first != second
    assert header.content["job_id"] not in (first, second)
    assert charges(empirio.desk.ledger()) == {asked: 3}


def test_too_little_money_is_told_without_figures(kept_clips):
    """402 `insufficient_credits`; to the cent what there is may be spent."""
    with Desk("empiriolabs", size=64, clips=kept_clips, accounts={"sk-poor": "0.42"},
              variety=False) as desk:  # fmt: skip
        caller = EmpirioCaller(desk)
        caller.taken()
        said = caller.submit("another")

        assert (said.status, said.error["code"]) == (402, "insufficient_credits")
        assert (desk.spent(), desk.left()) == (THREE, 0)


@pytest.mark.parametrize(
    ("refunds", "rule", "kept"),
    [(False, {}, THREE), (True, {}, 0), (False, {"refund": True}, 0),
     (True, {"refund": False}, THREE)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["fail", "refuse", "cancel"])
def test_what_fails_is_kept_unless_told_otherwise(kept_clips, kind, refunds, rule, kept):
    """[unknown] whether failed jobs cost: by default they do; the option, or a rule, gives back."""
    options = {"size": 64, "clips": kept_clips, "time": 100, "refunds": refunds}
    with Desk("empiriolabs", **options) as desk:
        desk.fault(do=kind, **rule)
        EmpirioCaller(desk).taken()
        before = desk.spent()
        desk.advance(101)

        assert (before, desk.spent()) == (THREE, kept)
        assert desk.left() == 1000 - kept


def test_failed_jobs_cost_where_nobody_says_otherwise(empirio):
    """The usual setting is the dearer of the two."""
    assert empirio.desk.options.refunds is False


@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    "rule",
    [{"do": "status", "status": 500}, {"do": "status", "status": 503}, {"do": "drop"},
     {"do": "drop", "how": "close"}, {"do": "hang", "seconds": 0.05}],
    ids=["500", "503", "reset", "closed", "silent"],
)  # fmt: skip
def test_a_lost_answer_was_charged_or_not(empirio, rule, when, count):
    """The client cannot tell; the book can. A 5xx names no code that says it was not taken."""
    empirio.desk.fault(on="submit", when=when, **rule)
    try:
        said = empirio.submit()
        assert said.status == rule["status"]
        assert not any(code in said.body.decode() for code in ("model_", "insufficient", "rate_"))
    except (ConnectionError, http.client.RemoteDisconnected):
        pass

    assert len(empirio.desk.ledger()) == count


@pytest.mark.parametrize("do", ["half", "html", "garbage", "not-an-object"])
def test_a_spoiled_answer_was_charged(empirio, do):
    """It was taken before its answer went wrong."""
    empirio.desk.fault(on="submit", do=do)
    try:
        body = empirio.submit().body
        assert not body.startswith(b'{"job_id"') or do == "garbage"
    except http.client.IncompleteRead:
        assert do == "half"

    assert moves(empirio.desk) == ["charge"]


def test_429_comes_as_a_rule_wants_it(empirio):
    """In seconds, as a date, or not at all, with the documented code; nothing is taken."""
    empirio.desk.fault(do="shape", shape={"envelope": "own"})
    for wait in (7, None, "date"):
        empirio.desk.fault(on="submit", do="too-many", retry_after=wait, times=1)
    said = [empirio.submit() for _ in range(3)]

    assert [one.status for one in said] == [429] * 3
    assert {one.error["code"] for one in said} == {"rate_limit_exceeded"}
    assert said[0].headers["retry-after"] == "7"
    assert "retry-after" not in said[1].headers
    assert parsedate_to_datetime(said[2].headers["retry-after"])
    assert empirio.desk.ledger() == []


def test_a_job_is_lost_or_forgotten_early(empirio):
    """404 at once, or once it was done; both are charged."""
    empirio.desk.fault(do="lose", prompt="lost")
    empirio.desk.fault(do="expired", prompt="gone")
    for name in ("lost", "gone"):
        assert empirio.get(f"/v1/jobs/{empirio.taken(name)}").status == 404

    assert empirio.desk.spent() == 2 * THREE


def test_words_and_progress_nobody_documented(slow_empirio):
    """For a job at work only: one that has ended says so."""
    slow_empirio.desk.fault(on="poll", do="word", text="UPSCALING")
    job = slow_empirio.taken()
    first = slow_empirio.job(job)["status"]
    slow_empirio.desk.clear_faults()
    slow_empirio.desk.fault(on="poll", do="progress", value=0.25, nth=1)
    slow_empirio.desk.fault(on="poll", do="word", text="UPSCALING", nth=2)
    told = slow_empirio.job(job)["progress"]
    slow_empirio.desk.advance(101)

    assert (first, told) == ("UPSCALING", 0.25)
    assert slow_empirio.job(job)["status"] in ("completed", "succeeded")


@pytest.mark.parametrize(
    ("do", "begins"),
    [("to", "file:///etc/passwd"), ("private", "https://192.168."), ("elsewhere", "http://localhost:")],
)  # fmt: skip
def test_links_lead_astray(empirio, do, begins):
    """In whatever shape the result is."""
    empirio.desk.fault(do=do)
    told = json.dumps(empirio.job(empirio.taken())["result"])

    assert begins in told


def test_links_are_dead_away_or_missing(empirio):
    """403 though it is signed, a redirect to another host that keeps the signature, none at all."""
    for kind in ("dead", "away", "no-link"):
        empirio.desk.fault(do=kind, prompt=kind)
    dead, away, missing = (empirio.taken(kind) for kind in ("dead", "away", "no-link"))
    there = empirio.get(empirio.link(away)).headers["location"]
    host = urlsplit(there)
    line = http.client.HTTPConnection(host.netloc, timeout=20)
    line.request("GET", f"{host.path}?{host.query}")
    answer = line.getresponse()
    body = answer.read()
    line.close()

    assert empirio.get(empirio.link(dead)).status == 403
    assert there.startswith(empirio.desk.elsewhere)
    assert (answer.status, body[4:8]) == (200, b"ftyp")
    assert empirio.job(missing)["result"] is None


def test_a_download_is_cut_resumed_and_spoiled(empirio):
    """The clips' own faults are those of every desk."""
    link = empirio.link(empirio.taken())
    whole = empirio.get(link).body
    empirio.desk.fault(on="fetch", do="cut", bytes=1000, times=1)
    with pytest.raises(http.client.IncompleteRead) as cut:
        empirio.get(link)
    rest = empirio.get(link, range="bytes=1000-")
    empirio.desk.fault(do="text")
    page = empirio.get(empirio.link(empirio.taken("text"))).body

    assert cut.value.partial + rest.body == whole
    assert (rest.status, page[:9]) == (206, b"The video")


def test_a_bearer_shown_to_the_clips_is_noticed(empirio):
    """As Apiframe's header is."""
    empirio.get(empirio.link(empirio.taken()), authorization=f"Bearer {empirio.key}")

    assert empirio.desk.traffic().leaks == 1


def test_a_stubborn_client_gets_its_clip_and_may_pay_twice(kept_clips):
    """Through a fifth of every fault: without a key for it, each posting that was taken costs."""
    options = {"size": 64, "clips": kept_clips, "most_requests": 10_000, "seed": 5}
    with Desk("empiriolabs", rules=mixture(0.2), **options) as desk:
        caller = EmpirioCaller(desk)
        job = _stubbornly(lambda: caller.submit().content["job_id"])
        link = _stubbornly(lambda: caller.link(job))
        clip = _stubbornly(lambda: _whole(caller.get(link)))

        assert clip[4:8] == b"ftyp"
        assert desk.spent() == THREE * moves(desk).count("charge")
        assert sum(desk.fired()) > 3


def _stubbornly(attempt):
    for _ in range(200):
        try:
            return attempt()
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            continue
    pytest.fail("two hundred times were not enough")


def _whole(said):
    if said.status != 200:
        raise ValueError(said.status)
    return said.body


def test_a_killed_desk_leaves_what_it_charged(tmp_path):
    """SIGKILL right after: both charges are on disk, in dollars; the variables are its own."""
    ledger, rules = tmp_path / "ledger.jsonl", tmp_path / "rules.json"
    rules.write_text(json.dumps([{"on": "submit", "do": "drop", "when": "after", "nth": 2}]))
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.desk", "empiriolabs", "--port", "0", "--size", "64",
         "--quiet", "--plain", "--ledger", ledger, "--faults", rules, "--time", "60",
         "--account", "sk-mine:1.00", "--no-variety"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        lines = [process.stdout.readline().strip() for _ in range(4)]
        told = dict(line.removeprefix("export ").split("=", 1) for line in lines[1:])
        answers = [_posted(told["STORYREEL_EMPIRIOLABS_URL"], n) for n in (1, 2, 3)]
        os.kill(process.pid, signal.SIGKILL)
    entries = read_ledger(ledger)

    assert told["DESK_EMPIRIOLABS_KEY"] == "sk-mine"
    assert told["STORYREEL_EMPIRIOLABS_KEY_VARIABLE"] == "DESK_EMPIRIOLABS_KEY"
    assert answers == [200, None, 402]
    assert [entry.prompt for entry in entries] == ["shot 1", "shot 2"]
    assert total(entries) == 2 * THREE


def _posted(url, number):
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    headers = {"authorization": "Bearer sk-mine", "content-type": "application/json"}
    try:
        body = json.dumps(generation(f"shot {number}"))
        line.request("POST", "/v1/videos/generations", body, headers)
        return line.getresponse().status
    except ConnectionError:
        return None
    finally:
        line.close()


def test_the_command_says_what_it_can():
    """Help names both vendors, the options of this one, and the unit is the vendor's."""
    help_of_it = CliRunner().invoke(main, ["--help"]).output

    for word in ("apiframe|empiriolabs", "--no-variety", "--data-uris", "--no-refunds",
                 "--most-requests", "KEY:AMOUNT", "--job-life"):  # fmt: skip
        assert word in help_of_it


def test_amounts_are_exact_as_text():
    """And whole where they are whole; a fraction without an end stays one."""
    assert [spelled(Fraction(one)) for one in ("0.84", "72", "0", "2.7")] == [
        "0.84", "72", "0", "2.7"]  # fmt: skip
    assert spelled(Fraction(1, 3)) == "1/3"
    assert as_number(Fraction(72)) == 72
    assert isinstance(as_number(Fraction(72)), int)
    assert json.dumps(as_number(Fraction("0.84"))) == "0.84"


def test_dollars_and_credits_are_not_added_up():
    """A sum over two vendors' books says nothing, so it is refused."""
    book = [Entry("charge", "a", "72", "credits"), Entry("charge", "b", "0.42", "usd")]

    with pytest.raises(ValueError, match="credits and usd"):
        total(book)
    assert total([*book[:1], Entry("reset", "")]) == 72
