"""EmpirioLabs' wire format to the byte, and all it is documented, or may be meant, to say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Handler, Heard, Reply, http, loopback

from pipeline.errors import SettingsError, UsageError
from pipeline.models.catalog import routes
from pipeline.vendors import empiriolabs_errors as errors
from pipeline.vendors import empiriolabs_reading as reading
from pipeline.vendors.answer import Answer
from pipeline.vendors.empiriolabs import EmpirioLabs, account_address
from pipeline.vendors.errors import (
    BadRequestError,
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
from pipeline.vendors.registry import handle_of
from pipeline.vendors.statuses import Verb

KEY = "sk-empiriolabs-5ecret0123456789abcdef"
SECRET = "5ecret0123456789abcdef"
JOB = "job_8f2k"
ROUTE = routes()["empiriolabs"]
LINK = "https://files.example/x.mp4?sig=1"

T = TypeVar("T")


def asked(**changes: Any) -> Asked:
    given: dict[str, Any] = {
        "model": "happyhorse-1.1",
        "mode": "references",
        "prompt": "character1 enters character2 at dusk, “now”",
        "seed": 42,
        "seconds": Fraction(6),
        "resolution": "720p",
        "aspect": "16:9",
        "pictures": ("https://x/a.png", "https://x/b.png"),
    }
    return Asked(**(given | changes))


def vendor(url: str = "https://api.empiriolabs.ai", **chosen: Any) -> EmpirioLabs:
    return EmpirioLabs(ROUTE.with_settings(chosen), KEY, url)


def with_server(
    handler: Handler, act: Callable[[EmpirioLabs], Awaitable[T]], **chosen: Any
) -> tuple[T, list[Heard]]:
    """What a verb gave, and what the server heard."""

    async def run() -> tuple[T, list[Heard]]:
        async with loopback(handler) as server:
            one = vendor(server.url, **chosen)
            try:
                return await act(one), server.heard
            finally:
                await one.close()

    return asyncio.run(run())


def failing(reply: Reply, act: Callable[[EmpirioLabs], Awaitable[object]]) -> VendorError:
    """The error a verb ends with; the key is nowhere in it."""

    async def tried(one: EmpirioLabs) -> VendorError:
        with pytest.raises(VendorError) as caught:
            await act(one)
        return caught.value

    error = with_server(lambda _: reply, tried)[0]
    assert SECRET not in f"{error} {error!r} {vars(error)}"
    return error


def always(reply: Reply) -> Handler:
    return lambda _: reply


def submit(one: EmpirioLabs) -> Awaitable[Submitted]:
    return one.submit(b"{}", "k1-a.1")


def poll(one: EmpirioLabs) -> Awaitable[JobState]:
    return one.poll({"job": JOB})


# what is asked


def test_the_body_says_everything_in_one_spelling() -> None:
    """The mode, the resolution, no watermark: nothing is left to a default that differs."""
    assert vendor().body(asked()) == (
        b'{"aspect_ratio":"16:9","duration":6,"mode":"r2v","model":"happyhorse-1-1",'
        b'"prompt":"character1 enters character2 at dusk, \\u201cnow\\u201d",'
        b'"reference_images":["https://x/a.png","https://x/b.png"],"resolution":"720p",'
        b'"seed":42,"watermark":false}'
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"mode": "text", "pictures": ()}, {"mode": "t2v", "aspect_ratio": "16:9"}),
        (
            {"mode": "first_frame", "pictures": ("https://x/a.png",), "seed": 0},
            {"mode": "i2v", "image": "https://x/a.png", "seed": 0},
        ),
        (
            {"pictures": ("https://x/a.png",), "aspect": "9:16", "seed": None},
            {"mode": "r2v", "reference_images": ["https://x/a.png"], "aspect_ratio": "9:16"},
        ),
    ],
)
def test_each_mode_is_named_and_sends_its_pictures(
    changes: dict[str, Any], told: dict[str, Any]
) -> None:
    """Never `auto`; one reference is a reference; on a first frame no aspect; seed 0 is a seed."""
    document = json.loads(vendor().body(asked(**changes)))
    common = {
        "model": "happyhorse-1-1",
        "prompt": asked().prompt,
        "duration": 6,
        "resolution": "720p",
        "watermark": False,
    }
    seed = {} if changes.get("seed", 42) is None else {"seed": 42}

    assert document == common | seed | told


@pytest.mark.parametrize(
    ("chosen", "changes", "field"),
    [
        ({"references_field": "images"}, {}, {"images": ["https://x/a.png", "https://x/b.png"]}),
        ({"references_field": "image"}, {}, {"image": ["https://x/a.png", "https://x/b.png"]}),
        (
            {"first_frame_field": "image_url"},
            {"mode": "first_frame", "pictures": ("https://x/a.png",)},
            {"image_url": "https://x/a.png"},
        ),
        (
            {"data_uris": True},
            {"mode": "first_frame", "pictures": ("data:image/png;base64,AA==",)},
            {"image": "data:image/png;base64,AA=="},
        ),
    ],
)
def test_what_the_documents_leave_open_is_the_users_to_say(
    chosen: dict[str, Any], changes: dict[str, Any], field: dict[str, Any]
) -> None:
    """Pictures go into the field chosen, and into no other."""
    document = json.loads(vendor(**chosen).body(asked(**changes)))
    fields = ("image", "images", "image_url", "reference_images")

    assert {name: document[name] for name in fields if name in document} == field


@pytest.mark.parametrize("auth", ["bearer", "x-api-key"])
def test_the_key_goes_in_the_header_chosen_and_in_no_other(auth: str) -> None:
    """Both are documented; one is sent."""
    reply = http(200, {"data": []})
    _, heard = with_server(lambda _: reply, lambda one: one.connect(), auth=auth)
    sent = {name: value for name, value in heard[0].headers.items() if KEY in value}

    wanted = {"authorization": f"Bearer {KEY}"} if auth == "bearer" else {"x-api-key": KEY}
    assert sent == wanted
    assert (heard[0].method, heard[0].target) == ("GET", "/v1/models")


@pytest.mark.parametrize(
    "given", [{"auth": "basic"}, {"data_uris": "yes"}, {"data_uris": 1}, {"colour": "red"}]
)
def test_a_setting_that_is_none_is_refused_by_what_may_be_written(given: dict[str, Any]) -> None:
    """Its name or the values it can have are told."""
    with pytest.raises(SettingsError) as caught:
        ROUTE.with_settings(given)

    assert caught.value.hint


def test_every_guess_says_why_it_is_one() -> None:
    """A route's settings are those the adapter obeys, each with its reason."""
    assert set(ROUTE.settings) == {
        "auth", "references_field", "first_frame_field", "data_uris", "charged_on_failure"
    }  # fmt: skip
    assert all(one.why for one in ROUTE.settings.values())
    assert all(one.default in one.choices for one in ROUTE.settings.values() if one.choices)


@pytest.mark.parametrize(
    ("changes", "chosen"),
    [
        ({"pictures": ()}, {}),
        ({"pictures": ("https://x/a.png",) * 10}, {}),
        ({"pictures": ("https://x/a.png",)}, {"references_field": "images"}),
        ({"mode": "text"}, {}),
        ({"mode": "first_frame"}, {}),
        ({"mode": "last_frame", "pictures": ("https://x/a.png",)}, {}),
        ({"mode": "first_and_last"}, {}),
        ({"seconds": Fraction(9, 2)}, {}),
        ({"model": "animatic"}, {}),
        ({"mode": "first_frame", "pictures": ("data:image/png;base64,AA==",)}, {}),
    ],
)
def test_what_cannot_be_asked_is_not_sent(changes: dict[str, Any], chosen: dict[str, Any]) -> None:
    """One picture among `images` would be a first frame, and half a second has no price."""
    with pytest.raises(BadRequestError, match="cannot be asked for"):
        vendor(**chosen).body(asked(**changes))


def test_it_takes_no_uploads() -> None:
    """None is documented: pictures are published elsewhere."""
    with pytest.raises(BadRequestError, match="takes no uploads"):
        asyncio.run(vendor().publish(Path("fox.png")))


# a submission


@pytest.mark.parametrize(
    ("status", "fields", "job"),
    [
        (200, {"job_id": JOB}, JOB),
        (201, {"job_id": JOB, "status": "queued", "error": None}, JOB),
        (202, {"job_id": 77}, "77"),
        (202, {"job_id": JOB, "poll_url": "/v1/jobs/other"}, JOB),
        (200, {"poll_url": "https://api.empiriolabs.ai/v1/jobs/job%5F8f2k/?x=1"}, JOB),
    ],
)
def test_a_job_is_posted_once_with_the_bytes_given(
    status: int, fields: dict[str, Any], job: str
) -> None:
    """The body as it stands in the journal, whatever good status answers; our key stays here."""
    body = vendor().body(asked())
    submitted, heard = with_server(
        lambda _: http(status, fields), lambda one: one.submit(body, "k1-a.1")
    )

    assert submitted == Submitted({"job": job}, Waiting(None, "queued"))
    assert [(one.method, one.target, one.body) for one in heard] == [
        ("POST", "/v1/videos/generations", body)
    ]
    assert heard[0].headers["content-type"] == "application/json"
    assert "k1-a.1" not in str(heard[0].headers)


def test_nothing_is_ever_found_for_there_is_no_list() -> None:
    """A lost answer is for a person; nobody is asked."""
    found, heard = with_server(
        lambda _: http(200, {}), lambda one: one.find(b"{}", 0.0, frozenset())
    )

    assert found is None
    assert not heard


SHAPES: dict[str, Callable[[str, str], Any]] = {
    "an envelope": lambda code, words: {"error": {"code": code, "type": "e", "message": words}},
    "by its type": lambda code, words: {"error": {"type": code, "message": words}},
    "Anthropic's": lambda code, words: {
        "type": "error",
        "error": {"type": code, "message": words},
    },
    "OpenAI's": lambda code, words: {
        "error": {"message": words, "type": "e", "param": None, "code": code}
    },
    "the body itself": lambda code, words: {"code": code, "message": words},
    "a bare code": lambda code, _: {"error": code},
    "a bare text": lambda code, words: {"error": f"{code}: {words}"},
    "beside a text": lambda code, words: {"error": words, "code": code},
    "details": lambda code, words: {"detail": [{"type": code, "msg": words}]},
}

KINDS: dict[str, tuple[type[VendorError], ...]] = {
    "missing_api_key": (KeyRefusedError,),
    "invalid_api_key": (KeyRefusedError,),
    "insufficient_credits": (NoMoneyError,),
    "rate_limit_exceeded": (TooManyError,),
    "model_not_found": (BadRequestError,),
    "template_not_found": (BadRequestError,),
    "template_model_unsupported": (BadRequestError,),
    "model_unavailable": (VendorDownError, MaybeSentError),
    "upstream_error": (VendorDownError, MaybeSentError),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("verb", ["submit", "connect", "balance"])
def test_no_documented_code_is_left_untranslated(shape: str, verb: str) -> None:
    """Whatever the status and the shape it stands in, even under a 200."""
    acts: dict[str, Callable[[EmpirioLabs], Awaitable[object]]] = {
        "submit": submit,
        "connect": lambda one: one.connect(),
        "balance": lambda one: one.balance(),
    }
    cases = [
        (code, status) for code in errors.CODES for status in (200, 400, 404, 422, 500, 502, 503)
    ]
    replies = iter([http(status, SHAPES[shape](code, "It says so.")) for code, status in cases])

    async def tried(one: EmpirioLabs) -> list[VendorError]:
        told = []
        for _ in cases:
            with pytest.raises(VendorError) as caught:
                await acts[verb](one)
            told.append(caught.value)
        return told

    told, _ = with_server(lambda _: next(replies), tried)

    for (code, status), error in zip(cases, told, strict=True):
        assert type(error) in KINDS[code], (code, status)
        maybe = verb == "submit" and isinstance(error, MaybeSentError)
        assert error.charged == ("maybe" if maybe else "no"), (code, status)
        assert verb == "submit" or not isinstance(error, MaybeSentError)


def test_the_codes_are_those_documented() -> None:
    """A code added to the table needs a row here, and the other way round."""
    assert set(errors.CODES) == set(KINDS)


@pytest.mark.parametrize(
    ("status", "body", "kind", "charged", "words"),
    [
        (400, {"error": {"code": "x", "message": "Bad seed"}}, BadRequestError, "no", "Bad seed"),
        (400, {"error": "duration must be 3-15"}, BadRequestError, "no", "must be 3-15"),
        (422, {"detail": [{"loc": ["seed"], "msg": "too big"}]}, BadRequestError, "no", "too big"),
        (400, {"error": {"message": "Prompt flagged"}}, RefusedError, "no", "Prompt flagged"),
        (403, {"error": {"code": "content_policy"}}, RefusedError, "no", "content_policy"),
        (422, {"error": {"code": "upstream_error", "message": "Image 2 flagged as unsafe"}},
         RefusedError, "no", "picture 2"),
        (502, {"error": {"code": "upstream_error", "message": "Prompt flagged"}},
         MaybeSentError, "maybe", "Prompt flagged"),
        (401, {"error": {"message": f"Bad key {KEY}"}}, KeyRefusedError, "no",
         "sk-empiriolabs-<key>"),
        (401, {"error": "Look at platform.empiriolabs.ai"}, KeyRefusedError, "no",
         "platform.empiriolabs.ai"),
        (402, b"", NoMoneyError, "no", "Add money"),
        (429, {"error": "slow"}, TooManyError, "no", "slow"),
        (409, {"error": "?"}, MaybeSentError, "maybe", "HTTP 409"),
        (408, {"error": "flagged?"}, MaybeSentError, "maybe", "HTTP 408"),
        (503, {"error": {"code": "model_unavailable"}}, VendorDownError, "no", "model_unavailable"),
        (404, {"error": {"code": "model_unavailable"}}, VendorDownError, "no", "model_unavailable"),
        (500, {"error": {"code": "model_unavailable"}}, MaybeSentError, "maybe", "HTTP 500"),
        (503, b"<html>no</html>", MaybeSentError, "maybe", "HTTP 503"),
        (400, {"error": {"code": "upstream_error"}}, MaybeSentError, "maybe", "upstream_error"),
        (200, {"status": "queued"}, UnreadableError, "maybe", "names no job"),
        (200, {"job_id": ""}, UnreadableError, "maybe", "names no job"),
        (200, {"job_id": "x" * 201}, UnreadableError, "maybe", "names no job"),
        (200, {"error": "Prompt flagged"}, UnreadableError, "maybe", "names no job"),
        (200, [JOB], UnreadableError, "maybe", "no JSON object"),
        (307, {"job_id": JOB}, UnreadableError, "maybe", "HTTP 307"),
    ],
)  # fmt: skip
def test_a_submission_that_fails_says_whether_it_may_be_charged(
    status: int, body: Any, kind: type[VendorError], charged: str, words: str
) -> None:
    """A clear no is free; what may have been taken is never told as anything else."""
    reply = http(status, body, headers={"x-request-id": "r-77", "location": "https://e.example/"})
    error = failing(reply, submit)

    assert type(error) is kind
    assert error.charged == charged
    assert words in str(error)
    assert error.request_id == "r-77"


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(("submit", "poll", "connect", "balance")),
    st.integers(100, 599),
    st.sampled_from((None, "no_such_code", *errors.CODES)),
)
def test_a_job_that_may_have_been_taken_is_never_sent_again(
    verb: Verb, status: int, code: str | None
) -> None:
    """To a posting, a 5xx is only "no" where a documented code says so; to all else it is free."""
    means = errors.meaning(verb, status, code)

    if verb == "submit" and 500 <= status < 600 and code not in errors.CODES:
        assert means == "maybe"
    if verb == "submit" and code == "upstream_error":
        assert means == "maybe"
    if verb != "submit":
        assert means != "maybe"
    if code not in errors.CODES:
        assert (means == "read") == (200 <= status < 300)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("error", "code", "type", "message", "detail", "url", "data", "x")),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_error_whatever_can_be_read(told: object) -> None:
    """No shape of an error, a result or an account ends in an error of ours."""
    assert isinstance(errors.complaint(told).words, str)
    assert isinstance(errors.complaint({"error": told}).words, str)
    assert all("://" in link for link in reading.links(told))
    reading.balance({"account": told})
    reading.job_id({"job_id": told, "poll_url": told})


# a job


def job(**fields: Any) -> dict[str, Any]:
    return {
        "job_id": JOB,
        "status": "processing",
        "progress": None,
        "created_at": "2026-11-20T10:00:00Z",
        "completed_at": None,
        "result": None,
        "error": None,
        **fields,
    }


ENDED = "2026-11-20T10:02:00Z"


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"status": "queued"}, Waiting(None, "queued")),
        ({"progress": 0.4}, Waiting(0.4, "processing")),
        ({"progress": 1}, Waiting(1.0, "processing")),
        ({"progress": 40}, Waiting(None, "processing")),
        ({"progress": "0.4"}, Waiting(None, "processing")),
        ({"progress": True}, Waiting(None, "processing")),
        ({"status": "Running"}, Waiting(None, "Running")),
        ({"status": "upscaling", "progress": 0.9}, Waiting(0.9, "upscaling", known=False)),
        ({"status": "draft", "result": {"url": LINK}}, Waiting(None, "draft", known=False)),
        (
            {"status": "ready", "result": {"url": LINK}, "completed_at": ENDED},
            Succeeded((LINK,), None),
        ),
        ({"status": "running", "result": {"url": LINK}}, Waiting(None, "running")),
        ({"status": "completed", "result": {"url": LINK}}, Succeeded((LINK,), None)),
        ({"status": "SUCCEEDED", "result": {"data": [{"url": LINK}]}}, Succeeded((LINK,), None)),
        ({"status": "cancelled"}, Cancelled("cancelled", "maybe")),
        ({"status": "Canceled"}, Cancelled("canceled", "maybe")),
    ],
)
def test_a_job_is_read_as_widely_as_it_may_be_meant(
    fields: dict[str, Any], state: JobState
) -> None:
    """Each word that was seen; another one counts as running, unless it has an end and a clip."""
    told, heard = with_server(lambda _: http(200, job(**fields)), poll)

    assert told == state
    assert (heard[0].method, heard[0].target) == ("GET", f"/v1/jobs/{JOB}")


def _results(link: str) -> dict[str, Any]:
    """Every shape of a result that providers' notes list, with strings or objects."""
    return {
        "data[]": {"data": [{"url": link, "content_type": "video/mp4"}], "usage": {"u": 1}},
        "data[] texts": {"data": [link]},
        "url": {"url": link},
        "video_url": {"video_url": link, "url": "https://page.example/"},
        "videos[]": {"url": "https://page.example/", "videos": [{"url": link}]},
        "videos[] texts": {"videos": [link]},
        "video": {"video": {"url": link}},
        "output": {"output": link},
        "output[]": {"output": [link]},
        "output[] objects": {"output": [{"video_url": link}]},
        "urls[]": {"urls": [link]},
        "a list": [{"url": link}],
        "a text": link,
        "a poster first": {
            "data": [
                {"url": "https://x/poster.jpg", "content_type": "image/jpeg"},
                {"url": link, "content_type": "video/mp4"},
            ]
        },
        "deep": {"data": {"videos": [{"video": {"url": link}}]}},
        "file": {"data": [{"text": "hello"}, {"url": link}]},
    }


LINKS = st.builds(
    "https://{}.example/{}.mp4?sig={}".format,
    st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    st.from_regex(r"[a-z0-9/]{1,12}", fullmatch=True),
    st.integers(0, 10**9),
)


@settings(max_examples=50, deadline=None)
@given(LINKS, st.sampled_from(sorted(_results(LINK))), st.sampled_from(sorted(reading.DONE)))
def test_the_clip_is_found_in_every_shape_of_a_result(link: str, shape: str, word: str) -> None:
    """The clip's own link comes first, for it is the one that is fetched."""
    answer = Answer("EmpirioLabs", 200, {}, b"", "")
    told = reading.state(job(status=word, result=_results(link)[shape]), answer, str, "maybe")

    assert isinstance(told, Succeeded)
    assert told.links[0] == link


@pytest.mark.parametrize(
    "result", [None, {}, [], "done", {"data": []}, {"url": None}, {"output": ["a fox"]}]
)
def test_done_without_a_clip_is_no_end_and_costs_nothing_more(result: object) -> None:
    """It is looked at again; nothing is charged twice for it."""
    error = failing(http(200, job(status="completed", result=result)), poll)

    assert type(error) is UnreadableError
    assert error.charged == "no"


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (None, JobFailedError, "does not say why"),
        ("GPU on fire", JobFailedError, "GPU on fire"),
        ({"code": "upstream_error", "message": "Timed out"}, JobFailedError, "Timed out"),
        ({"detail": {"reason": "broken"}}, JobFailedError, "broken"),
        ({"code": "content_policy_violation", "message": "No"}, RefusedError, "content_policy"),
        ({"message": f"see {LINK}"}, JobFailedError, "files.example/…"),
    ],
)
@pytest.mark.parametrize("charged", ["maybe", "no", "refunded", "yes"])
def test_a_failed_job_says_why_and_what_is_known_of_its_money(
    told: object, kind: type[VendorError], words: str, charged: str
) -> None:
    """Whether it is billed is not documented: "maybe", unless the user knows better."""
    states: dict[str, JobState] = {}
    for word in sorted(reading.FAILED):
        reply = http(200, job(status=word, error=told))
        states[word] = with_server(always(reply), poll, charged_on_failure=charged)[0]

    for state in states.values():
        assert isinstance(state, Failed)
        assert type(state.error) is kind
        assert words in str(state.error)
        assert state.error.charged == charged
        assert state.cost is None
    assert ROUTE.setting("charged_on_failure") == "maybe"


@pytest.mark.parametrize("status", [404, 410])
def test_a_job_that_is_forgotten_is_lost_with_its_number(status: int) -> None:
    """Its state is kept for an hour; then its clip may lie there, paid for."""
    reply = http(status, {"error": {"code": "not_found", "message": "No such job"}})
    state, _ = with_server(lambda _: reply, poll)

    assert isinstance(state, Lost)
    assert JOB in state.why
    assert "60 minutes" in state.why


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (http(404, {"error": {"code": "invalid_api_key"}}), KeyRefusedError),
        (http(404, {"error": {"code": "rate_limit_exceeded"}}), TooManyError),
        (http(404, {"error": {"code": "model_unavailable"}}), VendorDownError),
        (http(401, {"error": "no"}), KeyRefusedError),
        (http(429, {"error": "no"}), TooManyError),
        (http(500, {"error": {"code": "upstream_error"}}), VendorDownError),
        (http(502, b"<html>oops"), VendorDownError),
        (http(409, {"error": "?"}), VendorDownError),
        (http(400, {"error": "?"}), BadRequestError),
        (http(200, b"<html>hello"), UnreadableError),
        (http(200, {"job_id": JOB}), UnreadableError),
        (http(200, {"error": {"code": "rate_limit_exceeded"}}), TooManyError),
        (http(200, job(), length=9999, then="close"), UnreadableError),
    ],
)
def test_a_look_that_fails_costs_nothing_and_loses_no_job(
    reply: Reply, kind: type[VendorError]
) -> None:
    """No error of a look says that it was charged, or that the job is gone."""
    error = failing(reply, poll)

    assert type(error) is kind
    assert error.charged == "no"


def test_a_strange_id_stays_inside_its_path() -> None:
    """An id from an answer or a journal cannot reach another address of the vendor."""
    _, heard = with_server(lambda _: http(200, job()), lambda one: one.poll({"job": "../me?x=1#"}))

    assert heard[0].target == "/v1/jobs/..%2Fme%3Fx%3D1%23"


def test_a_number_read_on_the_vendors_pages_is_a_handle() -> None:
    """Its form is not documented: one word; anything else is refused."""
    assert handle_of("empiriolabs", f" {JOB} ") == {"job": JOB}
    for wrong in ("", "two words", "a/b", "x" * 201, "https://x/y"):
        with pytest.raises(UsageError):
            handle_of("empiriolabs", wrong)


# the account


@pytest.mark.parametrize(
    ("body", "amount"),
    [
        ({"balance": 12.5, "events": []}, Fraction(25, 2)),
        ({"balance": "12.50"}, Fraction(25, 2)),
        ({"balance_usd": "$3", "balance": 300}, Fraction(3)),
        ({"account": {"balance": {"amount": 7, "currency": "usd"}}}, Fraction(7)),
        ({"data": {"credits": 0}}, Fraction(0)),
        ({"balance": None, "usage": {"tokens": 5}}, None),
        ({"balance": "a lot"}, None),
        ({}, None),
    ],
)
def test_the_balance_is_dollars_wherever_it_stands(
    body: dict[str, Any], amount: Fraction | None
) -> None:
    """What is not told is not known; nothing about the person is kept."""
    told, heard = with_server(lambda _: http(200, body), lambda one: one.balance())

    assert told == Balance(amount, "usd", None)
    assert (heard[0].method, heard[0].target) == ("GET", "/api/v1/account/usage")


def test_the_account_is_asked_at_the_vendors_own_host_or_at_the_users() -> None:
    """The key goes to the vendor's two hosts, or to the one the user named, and nowhere else."""
    path = "/api/v1/account/usage"

    assert account_address(ROUTE, "https://api.empiriolabs.ai") == (
        "https://platform.empiriolabs.ai:443", path,
    )  # fmt: skip
    for mine in ("http://127.0.0.1:8787", "https://api.empiriolabs.ai:8443", "https://proxy.me"):
        assert account_address(ROUTE, mine) == (mine, path)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_never_carries_the_key(status: int) -> None:
    """Wherever the vendor's account sends us: nobody there is asked anything."""

    async def run() -> list[Heard]:
        async with loopback(lambda _: http(200, {"balance": 1})) as stranger:
            there = http(status, headers={"location": f"{stranger.url}/api/v1/account/usage"})
            async with loopback(lambda _: there) as server:
                one = vendor(server.url)
                for act in (one.balance, one.connect):
                    with pytest.raises(UnreadableError):
                        await act()
                await one.close()
            return stranger.heard

    assert asyncio.run(run()) == []


def test_the_key_is_not_in_the_adapters_own_words() -> None:
    """Nor in its repr, nor in that of anything it holds."""
    one = vendor()
    held = (one._session, one._account, one._downloads, one._session._client)

    assert SECRET not in f"{one!r} {' '.join(map(repr, held))}"


def test_the_routes_data_is_what_the_adapter_stands_on() -> None:
    """Both hosts over HTTPS, no upload, no keys of idempotency, a job known for one hour."""
    assert (ROUTE.base_url, ROUTE.upload) == ("https://api.empiriolabs.ai", None)
    assert (ROUTE.account_url or "").startswith("https://platform.empiriolabs.ai/")
    assert ROUTE.idempotency_seconds is None
    assert ROUTE.job_state_seconds == 3600
    assert ROUTE.requests_per_minute == 50
    assert ROUTE.poll_floor >= 10
    assert all(served.wire for served in ROUTE.serves.values())
