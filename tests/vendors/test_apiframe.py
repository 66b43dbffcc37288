"""Apiframe's wire format to the byte, and everything it is documented to answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import pytest
from loopback import Handler, Heard, Reply, http, loopback
from PIL import Image

from pipeline.errors import MediaError
from pipeline.models.catalog import models, routes
from pipeline.vendors.apiframe import Apiframe
from pipeline.vendors.errors import (
    BadRequestError,
    ConflictError,
    JobFailedError,
    KeyRefusedError,
    MaybeSentError,
    NoMoneyError,
    RefusedError,
    TooManyError,
    UnreadableError,
    VendorDownError,
    VendorError,
)
from pipeline.vendors.interface import (
    Asked,
    Balance,
    Cancelled,
    Failed,
    JobState,
    Lost,
    Submitted,
    Succeeded,
    Waiting,
)

KEY = "afk_5ecret-0123456789abcdef"
JOB = "2b0c7a3e-5f0e-4a43-9e3c-0d6a2f9b8c11"
ROUTE = routes()["apiframe"]
PARAMETERS = "happyhorse11Params"
NOW = 1_795_000_000.0
STAMP = "2026-11-18T11:06:40.000Z"  # the same moment

T = TypeVar("T")


def asked(**changes: Any) -> Asked:
    given: dict[str, Any] = {
        "model": "happyhorse-1.1",
        "mode": "references",
        "prompt": "[Image 1] enters [Image 2] at dusk, “now”",
        "seed": 42,
        "seconds": Fraction(6),
        "resolution": "720p",
        "aspect": "16:9",
        "pictures": ("https://x/a.png", "https://x/b.png"),
    }
    return Asked(**(given | changes))


def vendor(url: str = "https://api.apiframe.ai") -> Apiframe:
    return Apiframe(ROUTE, KEY, url)


def with_server(handler: Handler, act: Callable[[Apiframe], Awaitable[T]]) -> tuple[T, list[Heard]]:
    """What a verb gave, and what the server heard."""

    async def run() -> tuple[T, list[Heard]]:
        async with loopback(handler) as server:
            one = vendor(server.url)
            try:
                return await act(one), server.heard
            finally:
                await one.close()

    return asyncio.run(run())


def failing(reply: Reply, act: Callable[[Apiframe], Awaitable[object]]) -> VendorError:
    """The error a verb ends with."""

    async def tried(one: Apiframe) -> VendorError:
        with pytest.raises(VendorError) as caught:
            await act(one)
        return caught.value

    return with_server(lambda _: reply, tried)[0]


def test_the_body_is_exactly_what_is_documented() -> None:
    """Everything sent, nothing assumed, no other key, one spelling."""
    assert vendor().body(asked()) == (
        b'{"happyhorse11Params":{"aspect_ratio":"16:9","duration":6,'
        b'"images":["https://x/a.png","https://x/b.png"],"resolution":"720p","seed":42},'
        b'"model":"happyhorse-1.1",'
        b'"prompt":"[Image 1] enters [Image 2] at dusk, \\u201cnow\\u201d"}'
    )


@pytest.mark.parametrize(
    ("changes", "settings"),
    [
        (
            {"mode": "text", "pictures": ()},
            {"aspect_ratio": "16:9", "duration": 6, "resolution": "720p", "seed": 42},
        ),
        (
            {"mode": "first_frame", "pictures": ("https://x/a.png",), "aspect": None, "seed": 0},
            {"images": ["https://x/a.png"], "duration": 6, "resolution": "720p", "seed": 0},
        ),
    ],
)
def test_each_mode_sends_its_pictures_and_its_aspect(
    changes: dict[str, Any], settings: dict[str, Any]
) -> None:
    """Without pictures there is no list of them; on a first frame no aspect; seed 0 is a seed."""
    document = json.loads(vendor().body(asked(**changes)))

    assert document[PARAMETERS] == settings
    assert set(document) == {"model", "prompt", PARAMETERS}


@pytest.mark.parametrize(
    "changes",
    [
        {"pictures": ("https://x/a.png",)},
        {"pictures": ("https://x/a.png",) * 10},
        {"mode": "text"},
        {"mode": "first_frame"},
        {"mode": "last_frame", "pictures": ("https://x/a.png",)},
        {"mode": "first_and_last"},
        {"seconds": Fraction(11, 2)},
        {"model": "animatic"},
    ],
)
def test_what_cannot_be_asked_is_not_sent(changes: dict[str, Any]) -> None:
    """One reference would become a first frame; half a second would be a 400."""
    with pytest.raises(BadRequestError, match="cannot be asked for"):
        vendor().body(asked(**changes))


def test_a_job_is_posted_once_under_its_key_with_the_bytes_given() -> None:
    """The body as it stands in the journal, the idempotency key, our key, in one POST."""
    body = vendor().body(asked())
    accepted = http(202, {"jobId": JOB, "status": "QUEUED"})
    submitted, heard = with_server(lambda _: accepted, lambda one: one.submit(body, "k1-a.1"))

    assert submitted == Submitted({"job": JOB}, Waiting(None, "QUEUED"))
    assert [(one.method, one.target, one.body) for one in heard] == [
        ("POST", "/v2/videos/generate", body)
    ]
    assert heard[0].headers["idempotency-key"] == "k1-a.1"
    assert heard[0].headers["x-api-key"] == KEY
    assert heard[0].headers["content-type"] == "application/json"


DOCUMENTED: list[tuple[int, dict[str, Any], dict[str, str], type[VendorError], str, str]] = [
    (400, {"error": "Validation failed", "details": {f"{PARAMETERS}.duration": ["Too big"]}}, {},
     BadRequestError, "no", f"Validation failed; {PARAMETERS}.duration: Too big"),
    (400, {"error": "Prompt violates our content policy"}, {}, RefusedError, "no", "prompt"),
    (401, {"error": f"Invalid API key {KEY}"}, {}, KeyRefusedError, "no", "<key>"),
    (402, {"error": "Insufficient credits", "creditsRequired": 144, "creditsAvailable": 12}, {},
     NoMoneyError, "no", "asks 144 credits, and the account has 12"),
    (403, {"error": "API key is inactive"}, {}, KeyRefusedError, "no", "inactive"),
    (409, {"error": "Idempotency key reused"}, {}, ConflictError, "maybe", "reused"),
    (429, {"error": "Rate limit exceeded"}, {"retry-after": "7"}, TooManyError, "no", "Rate limit"),
    (503, {"error": "Queue unavailable"}, {}, MaybeSentError, "maybe", "Queue unavailable"),
    (502, {"error": "Bad gateway"}, {}, MaybeSentError, "maybe", "Bad gateway"),
    (202, {"status": "QUEUED"}, {}, UnreadableError, "maybe", "names no job"),
    (202, {"jobId": 7}, {}, UnreadableError, "maybe", "names no job"),
    (307, {"jobId": JOB, "status": "QUEUED"}, {"location": "https://elsewhere.example/"},
     UnreadableError, "maybe", "HTTP 307"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "headers", "kind", "charged", "words"), DOCUMENTED)
def test_every_documented_error_of_a_submission_is_ours(
    status: int,
    body: dict[str, Any],
    headers: dict[str, str],
    kind: type[VendorError],
    charged: str,
    words: str,
) -> None:
    """Whose fault, whether charged, the vendor's own words and request id, and never the key."""
    reply = http(status, body, headers={"x-request-id": "r-77", **headers})
    error = failing(reply, lambda one: one.submit(b"{}", "k"))

    assert type(error) is kind
    assert error.charged == charged
    assert words in str(error)
    assert error.request_id == "r-77"
    assert error.retry_after == (7 if status == 429 else None)
    assert KEY not in f"{error} {error!r} {vars(error)}"


def test_no_status_of_a_submission_is_taken_for_another() -> None:
    """4xx was not taken, but for 408 and 409; everything else may have been."""
    statuses = range(200, 600)
    waiting = iter(statuses)

    async def tried(one: Apiframe) -> dict[int, str]:
        charged = {}
        for status in statuses:
            with pytest.raises(VendorError) as caught:
                await one.submit(b"{}", "k")
            charged[status] = caught.value.charged
        return charged

    charged, heard = with_server(lambda _: http(next(waiting), {"error": "words"}), tried)

    assert len(heard) == len(statuses)
    assert {status for status in statuses if charged[status] == "no"} == {*range(400, 500)} - {
        408,
        409,
    }


def job(**fields: Any) -> dict[str, Any]:
    return {
        "id": JOB,
        "status": "PROCESSING",
        "model": "happyhorse-1.1",
        "progress": None,
        "result": None,
        "error": None,
        "creditCost": 144,
        "createdAt": STAMP,
        "completedAt": None,
        **fields,
    }


DONE = {"status": "COMPLETED", "result": {"videoUrl": "https://cdn/x.mp4"}}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "QUEUED"}, Waiting(None, "QUEUED")),
        ({"progress": 40}, Waiting(0.4, "PROCESSING")),
        ({"progress": 400}, Waiting(1.0, "PROCESSING")),
        ({"progress": "40%"}, Waiting(None, "PROCESSING")),
        ({"progress": True}, Waiting(None, "PROCESSING")),
        (DONE, Succeeded(("https://cdn/x.mp4",), Fraction(144))),
        (DONE | {"creditCost": None}, Succeeded(("https://cdn/x.mp4",), None)),
        (
            DONE | {"result": {"videos": ["https://a", {"url": "https://b"}, 7]}},
            Succeeded(("https://a", "https://b"), Fraction(144)),
        ),
        (DONE | {"expired": True}, Lost("Apiframe has thrown the clip away")),
        ({"status": "CANCELLED"}, Cancelled("CANCELLED")),
        ({"status": "PAUSED"}, Waiting(None, "PAUSED", known=False)),
        ({"status": "MODERATING", "progress": 5}, Waiting(0.05, "MODERATING", known=False)),
    ],
)
def test_a_job_is_read_as_documented(fields: dict[str, Any], state: JobState) -> None:
    """Each status; an unknown one counts as waiting, and says that it is unknown."""
    told, heard = with_server(
        lambda _: http(200, job(**fields)), lambda one: one.poll({"job": JOB})
    )

    assert told == state
    assert (heard[0].method, heard[0].target) == ("GET", f"/v2/jobs/{JOB}")


def test_a_failed_job_says_why_and_that_the_money_is_back() -> None:
    """Moderation is told from other failures; both are given back."""

    def ended(said: str | None) -> Failed:
        reply = http(200, job(status="FAILED", error=said, creditCost=0))
        state, _ = with_server(lambda _: reply, lambda one: one.poll({"job": JOB}))
        assert isinstance(state, Failed)
        return state

    refused = ended("Provider returned an error: content policy violation")
    failed = ended("Upstream timeout, see https://logs.example/1?sig=abc")
    silent = ended(None)

    assert isinstance(refused.error, RefusedError)
    assert isinstance(failed.error, JobFailedError)
    assert isinstance(silent.error, JobFailedError)
    assert {one.error.charged for one in (refused, failed, silent)} == {"refunded"}
    assert refused.cost == 0
    assert "sig=" not in str(failed.error)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (http(400, {"error": "Invalid job id"}), BadRequestError),
        (http(401, {"error": "no"}), KeyRefusedError),
        (http(429, {"error": "no"}), TooManyError),
        (http(500, b"<html>oops"), VendorDownError),
        (http(200, b"<html>hello"), UnreadableError),
        (http(200, {"id": JOB}), UnreadableError),
        (http(200, job(status="COMPLETED")), UnreadableError),
        (http(200, job(), length=9999, then="close"), UnreadableError),
    ],
)
def test_a_look_that_fails_costs_nothing(reply: Reply, kind: type[VendorError]) -> None:
    """No error of a poll says that it was charged: the job was, long before."""
    error = failing(reply, lambda one: one.poll({"job": JOB}))

    assert type(error) is kind
    assert error.charged == "no"


def test_a_job_that_is_not_known_is_lost() -> None:
    """404 is no failure: the clip may have been made and paid for."""
    for status in (404, 410):
        state, _ = with_server(
            lambda _, status=status: http(status, {"error": "Job not found"}),
            lambda one: one.poll({"job": JOB}),
        )
        assert isinstance(state, Lost)


def test_a_strange_id_stays_inside_its_path() -> None:
    """An id from an answer or a journal cannot reach another address of the vendor."""
    _, heard = with_server(lambda _: http(200, job()), lambda one: one.poll({"job": "../me?x=1#"}))

    assert heard[0].target == "/v2/jobs/..%2Fme%3Fx%3D1%23"


def picture(folder: Path, name: str = "Anna's secret plan.png", size: int = 400) -> Path:
    path = folder / name
    Image.new("RGB", (size, size), "red").save(path)
    return path


def test_a_picture_is_uploaded_as_it_is_under_no_name_of_its_own(tmp_path: Path) -> None:
    """One form field with the file's bytes; when the link dies is read; the name stays here."""
    path = picture(tmp_path)
    reply = http(201, {"id": JOB, "url": "https://cdn/u.png", "expiresAt": STAMP})
    published, heard = with_server(lambda _: reply, lambda one: one.publish(path))

    assert (published.url, published.expires) == ("https://cdn/u.png", NOW)
    assert (heard[0].method, heard[0].target) == ("POST", "/v2/uploads")
    assert path.read_bytes() in heard[0].body
    assert b'name="file"' in heard[0].body
    assert b"Content-Type: image/png" in heard[0].body
    assert b"Anna" not in heard[0].body


def test_a_link_whose_end_is_not_told_is_taken_to_live_as_briefly_as_documented(
    tmp_path: Path,
) -> None:
    """Never for ever: an hour, from now."""
    for expires in ("soon", None, 7):
        reply = http(201, {"url": "https://cdn/u.png", "expiresAt": expires})
        before = time.time()
        published, _ = with_server(lambda _, r=reply: r, lambda one: one.publish(picture(tmp_path)))
        assert published.expires is not None
        assert before + 3600 <= published.expires <= time.time() + 3600


def test_what_the_route_does_not_take_is_not_uploaded(tmp_path: Path) -> None:
    """A BMP, a file too large, one that is not there: nothing is sent."""
    bitmap = picture(tmp_path, "a.bmp")
    large = picture(tmp_path, "b.png")
    large.write_bytes(large.read_bytes() + bytes(27_000_000))
    for path, kind in ((bitmap, BadRequestError), (large, BadRequestError),
                       (tmp_path / "none.png", MediaError)):  # fmt: skip

        async def tried(one: Apiframe, path: Path = path, kind: Any = kind) -> None:
            with pytest.raises(kind):
                await one.publish(path)

        _, heard = with_server(lambda _: http(500), tried)
        assert not heard


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "Unsupported file type"}, BadRequestError),
        (413, b"<html>too large", BadRequestError),
        (429, {"error": "slow"}, TooManyError),
        (502, {"error": "CDN upload failed"}, VendorDownError),
        (201, {"url": ""}, UnreadableError),
        (201, b"", UnreadableError),
    ],
)
def test_an_upload_that_fails_was_never_charged(
    tmp_path: Path, status: int, body: Any, kind: type[VendorError]
) -> None:
    """It can be repeated at will."""
    error = failing(http(status, body), lambda one: one.publish(picture(tmp_path)))

    assert type(error) is kind
    assert error.charged == "no"


ME = {"user": {"id": JOB, "email": "me@example.org"}, "team": {"name": "Foxes", "credits": 1200}}


@pytest.mark.parametrize(
    ("body", "balance"),
    [
        (ME, Balance(Fraction(1200), "credits", "Foxes")),
        (
            ME | {"team": {"credits": 12.5, "maxConcurrentJobs": 3}},
            Balance(Fraction(25, 2), "credits", None, 3),
        ),
        (ME | {"team": {"maxConcurrentJobs": True}}, Balance(None, "credits", None)),
        (ME | {"team": None}, Balance(None, "credits", None)),
    ],
)
def test_the_balance_is_the_teams(body: dict[str, Any], balance: Balance) -> None:
    """What is not told is not known; nothing about the person is kept."""
    told, heard = with_server(lambda _: http(200, body), lambda one: one.balance())

    assert told == balance
    assert heard[0].target == "/v2/me"


def listing(
    *jobs: dict[str, Any], details: dict[str, Any] | None = None, pages: int = 1
) -> Handler:
    """A vendor with such jobs, so many a page; ``details`` are their inputs by id."""

    def handler(heard: Heard) -> Reply:
        path, _, query = heard.target.partition("?")
        if path != "/v2/jobs":
            name = path.rpartition("/")[2]
            if name not in (details or {}):
                return http(404, {"error": "Job not found"})
            return http(200, job(id=name, input=(details or {})[name]))
        size = -(-len(jobs) // pages)
        start = int(query.partition("cursor=")[2] or 0)
        more = start + size < len(jobs)
        return http(
            200,
            {
                "jobs": list(jobs[start : start + size]),
                "hasMore": more,
                "nextCursor": str(start + size) if more else None,
            },
        )

    return handler


BODY = vendor().body(asked())
ECHO = {"prompt": asked().prompt, **json.loads(BODY)[PARAMETERS]}


def found(handler: Handler, since: float = NOW, claimed: frozenset[str] = frozenset()) -> Any:
    result, heard = with_server(handler, lambda one: one.find(BODY, since, claimed))
    return result and result.handle["job"], heard


def test_a_lost_job_is_found_by_what_it_was_asked() -> None:
    """A list does not tell what was asked: each candidate is looked at, only ours is taken."""
    others = {
        "seed": ECHO | {"seed": 43},
        "prompt": ECHO | {"prompt": "another"},
        "images": ECHO | {"images": ["https://x/a.png", "https://x/c.png"]},
        "length": ECHO | {"duration": 7},
        "silent": {},
        "null": None,
        "ours": ECHO,
    }
    name, heard = found(listing(*(job(id=name) for name in others), details=others, pages=3))

    assert name == "ours"
    pages = [one.target for one in heard if "?" in one.target]
    assert len(pages) == 3
    assert all("model=happyhorse-1.1" in page and "limit=100" in page for page in pages)


@pytest.mark.parametrize(
    "echo",
    [
        ECHO,
        json.loads(BODY),
        ECHO | {"seed": "42", "duration": 6.0},
        {"prompt": ECHO["prompt"], "seed": 42},
        {"params": {"input": ECHO}, "webhookUrl": None},
    ],
    ids=["flat", "as sent", "spelled otherwise", "in part", "deep"],
)
def test_what_a_job_echoes_may_have_any_shape(echo: dict[str, Any]) -> None:
    """The shape of ``input`` is not documented; our own names are looked for in it."""
    listed = listing(job(id="one", input=echo), details={"one": {}})
    looked_at = listing(job(id="one"), details={"one": echo})

    assert [found(handler)[0] for handler in (listed, looked_at)] == ["one", "one"]


def test_one_of_several_is_never_guessed() -> None:
    """Two that fit give none; one that another take has is not counted; nor an older one."""
    two = listing(job(id="a"), job(id="b"), details={"a": ECHO, "b": ECHO})

    assert found(two)[0] is None
    assert found(two, claimed=frozenset({"a"}))[0] == "b"
    assert found(two, since=NOW + 299)[0] is None  # the vendor's clock may be five minutes behind
    assert found(two, NOW + 299, frozenset({"a"}))[0] == "b"
    assert found(two, NOW + 301, frozenset({"a"}))[0] is None
    assert found(listing())[0] is None


def test_the_list_is_read_no_further_than_it_must_be() -> None:
    """Newest first: a page that ends with jobs of long ago is the last one."""
    old = "2026-11-01T00:00:00.000Z"
    jobs = [job(id="ours"), *(job(id=f"old{n}", createdAt=old) for n in range(9))]
    name, heard = found(listing(*jobs, details={"ours": ECHO}, pages=5))

    assert name == "ours"
    assert sum("?" in one.target for one in heard) == 1


def test_a_list_that_never_ends_is_given_up() -> None:
    """A cursor that leads round in a circle does not keep a run for ever."""
    body = {"jobs": [job(id="x", createdAt="?")], "hasMore": True, "nextCursor": "again"}
    name, heard = found(lambda _: http(200, body))

    assert name is None
    assert len(heard) == 20


@pytest.mark.parametrize("body", [{"jobs": None}, {}, {"jobs": "none"}])
def test_a_list_that_is_none_is_told(body: dict[str, Any]) -> None:
    """It does not mean that there is no such job."""
    error = failing(http(200, body), lambda one: one.find(BODY, NOW, frozenset()))

    assert isinstance(error, UnreadableError)


def test_connecting_warms_the_line() -> None:
    """It is warm after any exchange, so that one need not connect; a refused key is told then."""

    async def connecting(one: Apiframe) -> tuple[bool, bool]:
        before = one.warm
        await one.connect()
        return before, one.warm

    warm, heard = with_server(lambda _: http(200, ME), connecting)
    assert warm == (False, True)
    assert [one.target for one in heard] == ["/v2/me"]
    error = failing(http(401, {"error": "no"}), lambda one: one.connect())
    assert isinstance(error, KeyRefusedError)


def test_a_vendor_that_is_down_leaves_the_line_cold() -> None:
    """After a 503 the next shot connects again before it posts: a POST's 503 would be a doubt."""

    async def down(one: Apiframe) -> bool:
        with contextlib.suppress(VendorDownError):
            await one.connect()
        return one.warm

    assert with_server(lambda _: http(503, {"error": "down"}), down)[0] is False


def test_the_key_is_not_in_the_adapters_own_words() -> None:
    """Nor in its repr, nor in that of anything it holds."""
    one = vendor()

    assert KEY not in f"{one!r} {one._session!r} {one._downloads!r} {one._session._client!r}"


def test_the_routes_data_is_what_the_adapter_stands_on() -> None:
    """Its own address over HTTPS, an upload the model can read, and prices with a date."""
    assert ROUTE.base_url == "https://api.apiframe.ai"
    assert ROUTE.upload
    assert set(ROUTE.upload.formats) <= set(models()["happyhorse-1.1"].picture.formats)
    assert ROUTE.idempotency_seconds == 24 * 3600
    assert all(served.wire for served in ROUTE.serves.values())
