"""A vendor's answers as shapes: how it speaks is kept, of whom it spoke is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli.shapes import header_shapes, link_shape, path_shape, shape

UUID = "2b0c1111-2222-4333-8444-555566667777"


def test_an_answer_keeps_its_names_its_numbers_and_the_vendors_own_words() -> None:
    """Status words, prices and kinds stay; people, ids, links and messages do not."""
    answer = {
        "id": UUID,
        "status": "COMPLETED",
        "progress": 0.5,
        "creditCost": 72,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "credits": 9310,
        "user": {"email": "joe@example.com", "userId": 12345},
        "error": {"code": "content_policy", "message": "the prompt speaks of an axe"},
        "createdAt": "2026-11-21T03:11:19.094Z",
        "result": {"videos": [f"https://cdn.example/v/{UUID}.mp4?Expires=1&Signature=abc"] * 5},
    }

    assert shape(answer) == {
        "id": "<uuid>",
        "status": "COMPLETED",
        "progress": 0.5,
        "creditCost": 72,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "credits": "<number of 4>",
        "user": {"email": "<string of 15>", "userId": "<number of 5>"},
        "error": {"code": "content_policy", "message": "<string of 27>"},
        "createdAt": "<time as 9999-99-99T99:99:99.999Z>",
        "result": {
            "videos": ["https://cdn.example/v/<uuid>.mp4?Expires&Signature"] * 3 + ["<2 more>"]
        },
    }


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://joe:pw@cdn.example:444/a/b9f3.mp4", "https://cdn.example:444/a/<4>.mp4"),
        ("https://cdn.example/x.mp4?t0kenwithoutname", "https://cdn.example/x.mp4?<name of 16>"),
        ("https://cdn.example/AbCdEfGh/x.mp4", "https://cdn.example/<8>/x.mp4"),
        ("data:image/png;base64,AAAA", "<data URI of 26>"),
        ("http://[::", None),
        ("a fox at dusk", None),
    ],
)
def test_a_link_keeps_its_host_and_the_shape_of_its_path(link: str, expected: str | None) -> None:
    """Nothing is left by which anybody could follow it."""
    assert link_shape(link) == expected


def test_a_path_keeps_its_words_and_no_ids() -> None:
    """What the vendor's documents call it, with the job left out."""
    assert path_shape(f"/v2/jobs/{UUID}") == "/v2/jobs/<uuid>"
    assert path_shape("/v1/videos/generations") == "/v1/videos/generations"
    assert path_shape("/v1/jobs/job_81f2c0") == "/v1/jobs/<10>"


def test_headers_keep_their_names() -> None:
    """Of those that hold a key or an id only the name is left."""
    told = header_shapes(
        {"Authorization": "Bearer sk", "X-API-Key": "afk", "Set-Cookie": "a=b", "X-Team": "acme-12",
         "Content-Type": "application/json", "Retry-After": "3"}
    )  # fmt: skip

    assert told == {
        "authorization": "<secret>", "x-api-key": "<secret>", "set-cookie": "<secret>",
        "x-team": "<string of 7>", "content-type": "application/json", "retry-after": "3",
    }  # fmt: skip


SECRET = "s3cret-Zz-0123456789"
BODIES = st.recursive(
    st.sampled_from([SECRET, f"say {SECRET} twice", f"https://h.example/{SECRET}?k={SECRET}", 7]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["prompt", "url", "name", SECRET, "x", "id"]), inner)
    ),
    max_leaves=12,
)


@given(BODIES)
@settings(max_examples=80, deadline=None)
def test_no_text_of_anybodys_is_in_a_shape(body: Any) -> None:
    """Wherever in an answer it stands: as a value, in a list, in a link, as a field's name."""
    assert SECRET not in json.dumps(shape(body))


def test_a_key_that_a_vendor_says_back_as_its_own_word_is_taken_out() -> None:
    """Even in a field whose words are kept."""
    assert shape({"status": "afk_5ecret"}, lambda _: "<key>") == {"status": "<key>"}


def test_an_answer_of_any_depth_has_a_shape() -> None:
    """Below a few levels it is not looked at."""
    deep: Any = 1
    for _ in range(500):
        deep = [deep]

    assert "<deeper>" in json.dumps(shape(deep))
