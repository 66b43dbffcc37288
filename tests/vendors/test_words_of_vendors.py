"""What vendors say is read without trust: statuses, JSON, numbers, moderation, secrets."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.vendors import errors, moderation
from pipeline.vendors.answer import Answer, number, seconds_until
from pipeline.vendors.errors import (
    ConflictError,
    JobFailedError,
    MaybeSentError,
    NoMoneyError,
    RefusedError,
    TooManyError,
    UnreadableError,
    VendorDownError,
    VendorError,
)
from pipeline.vendors.redaction import redact, without_tags
from pipeline.vendors.sniffing import is_text, picture_kind
from pipeline.vendors.statuses import Verb, error_for, verdict

VERBS: tuple[Verb, ...] = get_args(Verb)


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("Acme", status, named, body, body.decode(errors="replace"))


@pytest.mark.parametrize("verb", VERBS)
def test_every_status_is_decided_for_every_verb(verb: Verb) -> None:
    """From 100 to 599 and beyond: read, or an error that says whether money may have gone."""
    for status in (*range(100, 600), 0, 600, 999):
        error = error_for(verb, answer(status), "words")
        assert (error is None) == (200 <= status < 300), status
        if error is None:
            continue
        assert isinstance(error, VendorError)
        maybe = verb == "submit" and (not 400 <= status < 500 or status in (408, 409))
        maybe = maybe or isinstance(error, errors.JobUnknownError)
        assert error.charged == ("maybe" if maybe else "no"), (status, error)


@pytest.mark.parametrize("status", range(500, 600))
def test_a_broken_vendor_may_have_taken_a_paid_job_and_nothing_else(status: int) -> None:
    """No 5xx to a submission is ever taken for "not taken"; to a look it is a reason to wait."""
    assert isinstance(error_for("submit", answer(status), ""), MaybeSentError)
    assert isinstance(error_for("poll", answer(status), ""), VendorDownError)


@pytest.mark.parametrize(
    ("status", "verb", "meaning"),
    [(400, "submit", "wrong"), (401, "poll", "key"), (402, "submit", "money"), (403, "find", "key"),
     (404, "poll", "unknown"), (404, "submit", "wrong"), (409, "submit", "conflict"),
     (413, "publish", "wrong"), (429, "poll", "too many"), (502, "publish", "down"),
     (503, "submit", "maybe"), (307, "submit", "unreadable"), (202, "submit", "read")],
)  # fmt: skip
def test_documented_statuses_mean_what_is_documented(status: int, verb: Verb, meaning: str) -> None:
    """Apiframe's own table, verb by verb."""
    assert verdict(verb, status) == meaning


def test_an_error_tells_what_the_vendor_told() -> None:
    """Its words, its request id, when to come back, and both figures of a 402."""
    busy = error_for("poll", answer(429, retry_after="7", x_request_id="r-1"), "slow down")
    broke = error_for("submit", answer(402), "", (Fraction(144), Fraction(25, 2)))
    again = error_for("submit", answer(409), "key reused")

    assert isinstance(busy, TooManyError)
    assert (busy.retry_after, busy.request_id) == (7.0, "r-1")
    assert busy.details == "HTTP 429: slow down"
    assert isinstance(broke, NoMoneyError)
    assert broke.brief == "Acme asks 144 credits, and the account has 12.5."
    assert isinstance(again, ConflictError)


@pytest.mark.parametrize(
    ("said", "date", "seconds"),
    [("7", None, 7), ("0.5", None, 0.5), ("-1", None, None), ("inf", None, None),
     ("nan", None, None), ("soon", None, None), (None, None, None), ("", None, None),
     ("Sat, 21 Nov 2026 01:00:10 GMT", "Sat, 21 Nov 2026 01:00:00 GMT", 10),
     ("Sat, 21 Nov 2026 00:59:00 GMT", "Sat, 21 Nov 2026 01:00:00 GMT", 0),
     ("Sat, 21 Nov 2026 01:00:10 GMT", None, None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_by_the_vendors_own_clock(
    said: str | None, date: str | None, seconds: float | None
) -> None:
    """Our clock, which may jump, has no part in it."""
    assert seconds_until(said, date) == seconds


@settings(max_examples=60, deadline=None)
@example(b'{"a": NaN}')
@example(b"[" * 100_000)
@example(b'{"a": 1' + b"0" * 5000 + b"}")
@example(b'{"a": 1e999999999999999999999}')
@example(b"\xff\xfe{\x00}\x00")
@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_unreadable(body: bytes) -> None:
    """No body whatever ends in anything but fields, or our own error."""
    try:
        fields: object = answer(200, body).fields(charged=True)
    except UnreadableError as error:
        fields = {"charged": error.charged}

    assert isinstance(fields, dict)


@pytest.mark.parametrize(
    ("written", "read"),
    [("144", 144), ("144.5", Fraction(289, 2)), ("0", 0), ("-3", -3), ("true", None),
     ('"144"', None), ("null", None), ("1e400", None), ("1e-999999", None), ("1e13", None)],
)  # fmt: skip
def test_amounts_are_exact_and_of_this_world(written: str, read: object) -> None:
    """No float comes in between, and no number fills the memory."""
    body = f'{{"n": {written}}}'.encode()

    assert number(answer(200, body).fields(charged=False)["n"]) == read


@pytest.mark.parametrize(
    ("body", "why"),
    [(b"", "it is empty"), (b"<!doctype html><p>Hi", "it is a web page"), (b"OK", "it is no JSON"),
     (b'{"jobId": "a', "it is no JSON"), (b'["a"]', "it is no JSON object")],
)  # fmt: skip
def test_what_came_instead_is_said(body: bytes, why: str) -> None:
    """A page with status 200 is told as a page, with its first words."""
    with pytest.raises(UnreadableError) as caught:
        answer(200, body).fields(charged=True)

    assert why in caught.value.brief
    assert body.decode() in (caught.value.details or "")


@pytest.mark.parametrize(
    ("said", "refused", "picture"),
    [
        ("Provider returned an error: content policy violation", None, None),
        ("Input prompt contains sensitive content", "prompt", None),
        ("The input text data may contain inappropriate content.", "prompt", None),
        ("Image 2 was flagged by moderation", "picture", 2),
        ("reference image [3] violates our content policy", "picture", 3),
        ("DataInspectionFailed: input image", "picture", None),
        ("Output data may contain inappropriate content.", "result", None),
        ("The generated video was flagged as NSFW (E005)", "result", None),
        ("Prompt or image flagged as sensitive", None, None),
    ],
)
def test_a_refusal_is_known_by_its_words_and_names_the_input(
    said: str, refused: str | None, picture: int | None
) -> None:
    """Words of Apiframe, DashScope and Replicate; what they do not say is not guessed."""
    error = moderation.failure("Acme", said, charged="refunded")

    assert isinstance(error, RefusedError)
    assert (error.refused, error.picture) == (refused, picture)
    assert said.rstrip(".") in error.brief
    assert error.details == "What was charged is given back."


@pytest.mark.parametrize(
    "said",
    ["", "Internal error", "Failed to download image from url", "The resolution is not valid",
     "GPU out of memory", "Prediction timed out", "InvalidURL: the image is not accessible"],
)  # fmt: skip
def test_any_other_failure_is_a_plain_one(said: str) -> None:
    """Nothing is called moderation that is not; where a picture was not read, that is the hint."""
    error = moderation.failure("Acme", said, charged="refunded")

    assert isinstance(error, JobFailedError)
    assert ("sends the pictures anew" in (error.hint or "")) == ("image" in said)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=40),
    st.text("abcdefXYZ0123456789_-", min_size=8, max_size=40),
    st.text(max_size=40),
)
def test_no_key_survives_in_what_is_shown(before: str, key: str, after: str) -> None:
    """Wherever a key stands in a vendor's words, it is not shown, and the rest is one line."""
    shown = redact(f"{before}{key}{after}", (key,))

    assert key not in shown
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert len(shown) <= 300


def test_long_words_links_and_signs_of_terminals_are_made_harmless() -> None:
    """Of a link only the host is left; nothing moves the cursor; a megabyte is a line."""
    said = "see https://user:pass@cdn.example:8443/a?sig=1#x \x1b[31mred\u202e now"

    assert redact(said, ()) == "see https://cdn.example:8443/… [31mred now"
    assert len(redact("word " * 1_000_000, ("secret-key",))) == 300
    assert without_tags("<html><style>p{}</style><p>Bad <b>gateway</b>").split() == [
        "Bad",
        "gateway",
    ]


@pytest.mark.parametrize(
    ("start", "page"),
    [(b"<!doctype html>", True), (b"\xef\xbb\xbf\r\n {", True), (b"[1]", True),
     (b"Not found, sorry", True), (b"Not found", False), (b"RIFF$\0\0\0AVI LIST....", False),
     (b"G@\0\x10 and so on to the end", False),
     (b"\0\0\0\x20ftypisom", False), (b"\x1aE\xdf\xa3", False), (b"", False)],
)  # fmt: skip
def test_text_is_told_from_a_clip(start: bytes, page: bool) -> None:
    """By how it begins, whatever its type is said to be."""
    assert is_text(start) is page
    assert picture_kind(start) is None


def test_every_error_has_a_code_of_its_own_and_says_whose_fault_it_is() -> None:
    """Machines tell them apart, and nobody is blamed by default."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    kinds = [one for one in kinds if issubclass(one, VendorError)]

    assert len({kind.code for kind in kinds}) == len(kinds)
    assert {kind.whose for kind in kinds} == {"yours", "ours", "vendor", "network"}
    assert json.dumps([kind.charged for kind in kinds])
