"""Each misbehaviour as a plain client sees it, and what the ledger says of it."""

from __future__ import annotations

import http.client
import json
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from calling import Caller, picture, wish
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.desk.faults import KINDS, Faults, Subject, mixture, parse_rule, parse_rules
from pipeline.desk.server import Desk


def charged(desk):
    return [entry.what for entry in desk.ledger()].count("charge")


def test_429_comes_with_and_without_a_time(desk, caller):
    """In seconds, as a date, or not at all; nothing is taken."""
    for wait in (7, None, "date"):
        desk.fault(on="submit", do="too-many", retry_after=wait, times=1)
    said = [caller.submit() for _ in range(4)]

    assert [one.status for one in said] == [429, 429, 429, 202]
    assert said[0].headers["retry-after"] == "7"
    assert "retry-after" not in said[1].headers
    assert parsedate_to_datetime(said[2].headers["retry-after"])
    assert charged(desk) == 1


@pytest.mark.parametrize(("when", "charges"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("status", [500, 503])
def test_5xx_before_and_after_accepting(desk, caller, status, when, charges):
    """The same answer; only the ledger knows whether it was charged."""
    desk.fault(on="submit", do="status", status=status, when=when)

    assert caller.submit().status == status
    assert charged(desk) == charges


def test_an_upload_fails_with_502(desk, caller):
    """As documented for uploads."""
    desk.fault(on="publish", do="status", status=502)

    assert caller.upload(picture()).status == 502


@pytest.mark.parametrize(("when", "charges"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("how", "error"),
    [("reset", ConnectionResetError), ("close", http.client.RemoteDisconnected)],
)
def test_a_connection_is_dropped(desk, caller, how, error, when, charges):
    """Without a word, before or after the job was taken."""
    desk.fault(on="submit", do="drop", how=how, when=when)

    with pytest.raises(error):
        caller.submit()
    assert charged(desk) == charges


def test_a_body_is_left_unread(desk, caller):
    """The head is enough for it: reset, nothing taken."""
    desk.fault(on="submit", do="unread", times=1)

    with pytest.raises(ConnectionError):
        caller.submit()
    assert charged(desk) == 0
    assert caller.submit().status == 202


def test_a_connection_is_dropped_before_anything(desk, caller):
    """Not even the head is read."""
    desk.fault(on="connect", do="drop", nth=1)

    with pytest.raises(ConnectionError):
        caller.get("/v2/me")
    assert caller.get("/v2/me").status == 200


def test_an_answer_breaks_off(desk, caller):
    """In its body, or in its head; the job was taken."""
    desk.fault(on="submit", do="half", nth=1)
    desk.fault(on="submit", do="half", nth=2, bytes=5)

    with pytest.raises(http.client.IncompleteRead):
        caller.submit()
    with pytest.raises(http.client.BadStatusLine):
        caller.submit()
    assert charged(desk) == 2


def test_a_web_page_comes_with_200(desk, caller):
    """After the job was taken, and in place of a clip."""
    desk.fault(on="submit", do="html", times=1)
    desk.fault(on="fetch", do="html")
    said, clip = caller.submit(), caller.get(caller.link(caller.taken()))

    assert (said.status, clip.status) == (200, 200)
    assert said.body.startswith(b"<!doctype html>")
    assert clip.headers["content-type"].startswith("text/html")
    assert charged(desk) == 2


def test_json_breaks_off_or_is_no_object(desk, caller):
    """With the right status and the right length."""
    desk.fault(on="submit", do="garbage", nth=1)
    desk.fault(on="submit", do="not-an-object", nth=2)
    first, second = caller.submit(), caller.submit()

    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(first.body)
    assert (first.status, second.status) == (202, 202)
    assert isinstance(second.content, list)


def test_an_answer_is_late(desk, caller):
    """It comes after the seconds of the desk's clock that were asked, not before."""
    desk.fault(on="me", do="slow", seconds=0.2)
    before = time.monotonic()

    assert caller.get("/v2/me").status == 200
    assert time.monotonic() - before >= 0.2


def test_an_answer_never_comes(desk, caller):
    """Silence, then the line is closed."""
    desk.fault(on="poll", do="hang", seconds=0.1)

    with pytest.raises(http.client.RemoteDisconnected):
        caller.get(f"/v2/jobs/{caller.taken()}")


def test_a_status_nobody_documented(slow_desk):
    """It stands for work under way; a job that has ended says so."""
    slow_desk.fault(on="poll", do="word", text="UPSCALING")
    caller = Caller(slow_desk)
    job = caller.taken()
    first = caller.job(job)["status"]
    slow_desk.advance(101)

    assert first == "UPSCALING"
    assert caller.job(job)["status"] == "COMPLETED"


def test_fields_can_be_set(desk, caller):
    """Any field of a good answer, to anything; progress has a rule of its own."""
    desk.fault(on="poll", do="set", set={"creditCost": None, "input": None}, nth=1)
    desk.fault(on="poll", do="progress", nth=2)
    job = caller.taken()

    assert (caller.job(job)["creditCost"], caller.job(job)["progress"]) == (None, None)


@pytest.mark.parametrize(
    ("rule", "status", "words"),
    [({"do": "fail"}, "FAILED", "generation failed"),
     ({"do": "refuse"}, "FAILED", "content policy violation"),
     ({"do": "refuse", "text": "image 2: a real person"}, "FAILED", "image 2"),
     ({"do": "cancel"}, "CANCELLED", "None")],
)  # fmt: skip
def test_jobs_end_badly(desk, caller, rule, status, words):
    """Failed or refused with free text, or cancelled; without a result."""
    desk.fault(**rule)
    job = caller.job(caller.taken())

    assert (job["status"], job["result"]) == (status, None)
    assert words in str(job["error"])


def test_a_job_never_ends(desk, caller):
    """A year later it is still at work."""
    desk.fault(do="never", prompt="sea")
    job, other = caller.taken("the sea"), caller.taken("the land")
    desk.advance(365 * 24 * 3600)

    assert caller.job(job)["status"] == "PROCESSING"
    assert caller.job(other)["status"] == "COMPLETED"


def test_a_job_is_lost(desk, caller):
    """Charged, and 404 ever after; no list has it."""
    desk.fault(do="lose")
    job = caller.taken()

    assert caller.get(f"/v2/jobs/{job}").status == 404
    assert caller.get("/v2/jobs").content["jobs"] == []
    assert charged(desk) == 1


def test_a_job_takes_long(slow_desk):
    """A rule's seconds instead of the desk's."""
    slow_desk.fault(do="long", seconds=1000)
    caller = Caller(slow_desk)
    job = caller.taken()
    slow_desk.advance(500)

    assert caller.job(job)["status"] == "PROCESSING"


@pytest.mark.parametrize(
    ("rule", "begins"),
    [({"do": "to"}, "file:///etc/passwd"), ({"do": "to", "to": "ftp://x.org/a"}, "ftp://x.org/a"),
     ({"do": "private"}, "https://192.168."), ({"do": "elsewhere"}, "http://localhost:")],
)  # fmt: skip
def test_links_lead_astray(desk, caller, rule, begins):
    """To the disk, a private network, another host."""
    desk.fault(**rule)

    assert caller.job(caller.taken())["result"]["videoUrl"].startswith(begins)


def test_links_are_dead_or_missing(desk, caller):
    """A link that answers 403, no link at all, a clip gone though the job was just done."""
    for kind in ("dead", "no-link", "expired"):
        desk.fault(do=kind, prompt=kind)
    dead, missing, gone = (caller.taken(kind) for kind in ("dead", "no-link", "expired"))

    assert caller.get(caller.link(dead)).status == 403
    assert caller.job(missing)["result"] is None
    assert caller.job(gone)["expired"] is True
    assert caller.get(caller.link(gone)).status == 404


def test_a_redirect_leads_to_another_host(desk, caller):
    """302 to the desk's other port; who follows with a key is seen there."""
    desk.fault(do="away")
    said = caller.get(caller.link(caller.taken()))
    there = urlsplit(said.headers["location"])
    line = http.client.HTTPConnection(there.netloc, timeout=20)
    line.request("GET", there.path, headers={"x-api-key": "secret"})
    answer = line.getresponse()
    body = answer.read()
    line.close()

    assert said.status == 302
    assert said.headers["location"].startswith(desk.elsewhere)
    assert (answer.status, body[4:8]) == (200, b"ftyp")
    assert desk.traffic().strangers[0].headers["x-api-key"] == "secret"


def test_a_key_shown_to_the_clips_is_noticed(desk, caller):
    """Reading a clip needs no key; sending one is counted."""
    link = caller.link(caller.taken())
    caller.get(link)
    before = desk.traffic().leaks
    caller.get(link, x_api_key=desk.key)

    assert (before, desk.traffic().leaks) == (0, 1)


def test_a_download_is_cut_and_resumed(desk, caller):
    """So many bytes of the body, then the end; a Range from there gives the rest."""
    link = caller.link(caller.taken())
    whole = caller.get(link).body
    desk.fault(on="fetch", do="cut", bytes=1000, times=1)
    with pytest.raises(http.client.IncompleteRead) as cut:
        caller.get(link)
    rest = caller.get(link, range="bytes=1000-")

    assert cut.value.partial == whole[:1000]
    assert rest.status == 206
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"
    assert cut.value.partial + rest.body == whole


def test_a_range_is_overheard(desk, caller):
    """200 and the whole file, as a server without ranges answers."""
    link = caller.link(caller.taken())
    desk.fault(on="fetch", do="whole")
    said = caller.get(link, range="bytes=1000-")

    assert said.status == 200
    assert said.body[4:8] == b"ftyp"


def test_a_length_is_a_lie(desk, caller):
    """More is announced than comes."""
    link = caller.link(caller.taken())
    desk.fault(on="fetch", do="lie", bytes=5)

    with pytest.raises(http.client.IncompleteRead) as error:
        caller.get(link)
    assert error.value.expected == 5


def test_a_download_has_no_end(desk, caller):
    """No length, and more than any clip has."""
    link = caller.link(caller.taken())
    desk.fault(on="fetch", do="endless")
    line = http.client.HTTPConnection(urlsplit(desk.url).netloc, timeout=20)
    line.request("GET", link)
    answer = line.getresponse()
    read = sum(len(answer.read(1_000_000)) for _ in range(20))
    answer.close()
    line.close()

    assert answer.getheader("content-length") is None
    assert read == 20_000_000
    assert caller.get("/v2/me").status == 200


def test_a_download_drips(kept_clips):
    """Slowly, but all of it."""
    with Desk(size=64, clips=kept_clips, speed=1000) as desk:
        caller = Caller(desk)
        link = caller.link(caller.taken())
        desk.fault(on="fetch", do="drip", bytes=100_000)

        assert caller.get(link).body == caller.get(link).body
        assert desk.fired() == [2]


def test_a_clip_is_gone_or_elsewhere_for_once(desk, caller):
    """404 or a redirect, though the job says it is there."""
    link = caller.link(caller.taken())
    desk.fault(on="fetch", do="gone", nth=1)
    desk.fault(on="fetch", do="redirect", nth=2, to="http://169.254.169.254/latest")

    assert caller.get(link).status == 404
    assert caller.get(link).headers["location"] == "http://169.254.169.254/latest"
    assert caller.get(link).status == 200


def test_rules_are_given_over_the_line(caller):
    """``POST /desk/faults`` adds, ``GET`` shows how often each was met, ``DELETE`` forgets."""
    caller.ask("POST", "/desk/faults", {"rules": [{"on": "me", "do": "status", "status": 500}]})
    first = caller.get("/v2/me").status
    shown = caller.get("/desk/faults").content
    caller.ask("DELETE", "/desk/faults")

    assert (first, caller.get("/v2/me").status) == (500, 200)
    assert [(one["do"], one["fired"]) for one in shown] == [("status", 1)]


@pytest.mark.parametrize(
    ("rule", "words"),
    [({"do": "explode"}, "no fault is called 'explode'"), ({"do": "fail", "nht": 1}, "nht"),
     ({"do": "slow"}, "name one as `on`"), ({"do": "fail", "on": "poll"}, "happens on job"),
     ({"do": "drop", "on": "poll", "when": "later"}, "before, after"), (["fail"], "object"),
     ({"do": "fail", "chance": "often"}, "chance")],
)  # fmt: skip
def test_a_wrong_rule_is_told(caller, rule, words):
    """400 with what is wrong; nothing is added."""
    said = caller.ask("POST", "/desk/faults", [rule])

    assert said.status == 400
    assert words in said.error
    assert caller.get("/desk/faults").content == []


def test_the_clock_is_put_forward_over_the_line(slow_desk):
    """``POST /desk/clock``."""
    caller = Caller(slow_desk)
    job = caller.taken()
    caller.ask("POST", "/desk/clock", {"advance": 101})

    assert caller.job(job)["status"] == "COMPLETED"


def test_calls_are_counted_by_rule_prompt_and_job():
    """``nth``, ``first``, ``every``, ``times`` count what fits; ``per: job`` each job's."""
    faults = Faults(parse_rules([
        {"on": "poll", "do": "drop", "prompt": "fox", "nth": [2, 3]},
        {"on": "poll", "do": "html", "per": "job", "first": 1},
        {"on": "poll", "do": "half", "every": 2, "times": 1},
    ]))  # fmt: skip
    calls = [("fox", "a"), ("hen", "b"), ("fox", "a"), ("fox", "a"), ("hen", "b"), ("hen", "c")]
    met = [faults.meet("poll", Subject(*call)) for call in calls]

    assert [one and one.do for one in met] == ["html", "html", "drop", "drop", None, "html"]
    assert faults.fired() == [2, 3, 0]
    assert faults.meet("submit", Subject("fox")) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=40), st.randoms())
def test_chance_does_not_hang_on_the_order_of_others(calls, order):
    """Whatever the other jobs do, a job meets the same faults at the same calls."""
    rules = [{"on": "poll", "do": "drop", "chance": 0.5}]
    shuffled = list(calls)
    order.shuffle(shuffled)

    def met(sequence):
        faults = Faults(parse_rules(rules), seed=3)
        return {job: [bool(faults.meet("poll", Subject("", job))) for one in sequence if one == job]
                for job in "abcd"}  # fmt: skip

    def interleaved(sequence):
        faults, seen = Faults(parse_rules(rules), seed=3), {job: [] for job in "abcd"}
        for job in sequence:
            seen[job].append(bool(faults.meet("poll", Subject("", job))))
        return seen

    assert interleaved(calls) == interleaved(shuffled) == met(calls)


def test_every_kind_can_be_written_and_the_mixture_is_of_them():
    """Each kind parses at each of its points; the mixture's rules are fit to be outlived."""
    for kind, points in KINDS.items():
        for point in points:
            assert parse_rule({"do": kind, "on": point}).on == point
    assert {rule.do for rule in mixture(0.1)} <= set(KINDS)
    assert all(rule.chance == 0.1 for rule in mixture(0.1))


def test_a_stubborn_client_gets_its_clip_through_the_mixture(kept_clips):
    """With a fifth of every fault at each call, one key and patience: one clip, charged once."""
    with Desk(size=64, clips=kept_clips, rules=mixture(0.2), seed=5) as desk:
        caller = Caller(desk)
        job = _stubbornly(lambda: caller.submit(key="take").content["jobId"])
        link = _stubbornly(lambda: urlsplit(caller.job(job)["result"]["videoUrl"]).path)
        clip = _stubbornly(lambda: _whole(caller.get(link)))

        assert clip[4:8] == b"ftyp"
        assert desk.spent() == 72
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


def test_the_lines_of_a_body_do_not_matter(caller):
    """A chunked body is read as well."""
    body = json.dumps(wish()).encode()
    line = http.client.HTTPConnection(urlsplit(caller.desk.url).netloc, timeout=20)
    headers = {"x-api-key": caller.key, "content-type": "application/json"}
    line.request("POST", "/v2/videos/generate", iter([body[:9], body[9:]]), headers,
                 encode_chunked=True)  # fmt: skip
    status = line.getresponse().status
    line.close()

    assert status == 202
