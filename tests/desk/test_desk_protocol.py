"""The desk is as strict as Apiframe's documents: every documented error, every shape."""

from __future__ import annotations

import uuid

import pytest
from calling import Caller, picture, wish

from pipeline.desk.apiframe_body import read_wish
from pipeline.desk.server import Desk

JOB = {"id", "status", "model", "progress", "result", "error", "creditCost", "webhookStatus",
       "createdAt", "completedAt", "expired", "input"}  # fmt: skip

JSON = "application/json"


def test_a_job_is_taken_told_and_delivered(caller):
    """Submit is 202 with an id, a poll has every documented field, the link gives an MP4."""
    said = caller.submit()
    job = caller.job(said.content["jobId"])
    clip = caller.get(caller.link(job["id"]))

    assert said.status == 202
    assert said.content["status"] == "QUEUED"
    assert set(job) == JOB
    assert (job["status"], job["progress"], job["creditCost"]) == ("COMPLETED", 100, 72)
    assert (clip.status, clip.headers["content-type"]) == (200, "video/mp4")
    assert clip.body[4:8] == b"ftyp"


WRONG = {
    "happyhorse11Params.fps": wish(fps=24),
    "watermark": {**wish(), "watermark": False},
    "happyhorse10Params": {**wish(), "happyhorse10Params": {}},
    "happyhorse11Params.duration": wish(duration=2),
    "happyhorse11Params.resolution": wish(resolution="720P"),
    "happyhorse11Params.aspect_ratio": wish(aspect_ratio="21:9"),
    "happyhorse11Params.seed": wish(seed=2**31),
    "happyhorse11Params.images": wish(images=["data:image/png;base64,AAAA"]),
    "happyhorse11Params": {**wish(), "happyhorse11Params": []},
    "model": wish(model="happyhorse-1-1"),
    "prompt": wish(prompt="x" * 2501),
    "webhookUrl": {**wish(), "webhookUrl": "here"},
    "webhookEvents": {**wish(), "webhookEvents": []},
}


@pytest.mark.parametrize("field", WRONG)
def test_what_is_not_documented_is_refused_by_path(caller, field):
    """400 with ``details`` naming the field; nothing is charged."""
    said = caller.ask("POST", "/v2/videos/generate", WRONG[field])

    assert said.status == 400
    assert list(said.content["details"]) == [field]
    assert caller.desk.ledger() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("duration", 3.5), ("duration", True), ("duration", "3"), ("duration", 1e999), ("seed", -1),
     ("duration", 16), ("images", "https://x.org/a.png"), ("images", ["https://x.org"] * 10),
     ("images", ["file:///etc/passwd"]), ("images", ["https://"]), ("resolution", ["720p"])],
)  # fmt: skip
def test_values_of_the_wrong_kind_are_refused(field, value):
    """Integers are whole numbers and no booleans, links are links, lists are lists."""
    assert list(read_wish(wish(**{field: value}))) == [f"happyhorse11Params.{field}"]


@pytest.mark.parametrize("prompt", ["", 5, None])
def test_a_prompt_is_some_words(prompt):
    """One character at least; anything but a string is refused."""
    assert list(read_wish(wish(prompt=prompt))) == ["prompt"]


def test_a_prompt_is_counted_as_javascript_counts():
    """An emoji is two of the 2,500."""
    assert not isinstance(read_wish(wish(prompt="🦊" * 1250)), dict)
    assert isinstance(read_wish(wish(prompt="🦊" * 1250 + "x")), dict)


def test_what_is_left_out_has_the_documented_default():
    """1080p, 16:9, 5 seconds."""
    read = read_wish({"model": "happyhorse-1.1", "prompt": "a fox"})

    assert (read.resolution, read.aspect, read.seconds, read.credits) == ("1080p", "16:9", 5, 155)


def test_the_older_model_has_its_own_block_and_price():
    """``happyhorse-1.0`` takes one ``image`` and costs 48 a second at 1080p."""
    link = "https://x.org/a.png"
    read = read_wish(wish(model="happyhorse-1.0", image=link, resolution="1080p"))

    assert read.images == (link,)
    assert read.credits == 144
    assert isinstance(read_wish(wish(model="happyhorse-1.0", images=[link])), dict)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"{", JSON), (b"[]", JSON), (b'{"model": NaN}', JSON), (b"", JSON),
     (b'{"model": "happyhorse-1.1"}', "text/plain")],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(caller, body, kind):
    """400, whatever is wrong with it."""
    assert caller.ask("POST", "/v2/videos/generate", body, content_type=kind).status == 400


def test_keys_are_checked(desk):
    """401 without a key or with an unknown one, 403 with an inactive one; models need none."""
    assert Caller(desk, key="").get("/v2/me").status == 401
    assert Caller(desk, key="afk_wrong").get("/v2/me").status == 401
    assert Caller(desk, key="afk_off").get("/v2/me").status == 403
    assert Caller(desk, key="").get("/v2/models").status == 200


def test_a_job_is_its_owners(kept_clips):
    """400 for what is no UUID, 404 for an unknown job and for another account's."""
    with Desk(size=64, clips=kept_clips, accounts={"afk_a": 500, "afk_b": 500}) as desk:
        first, second = Caller(desk, "afk_a"), Caller(desk, "afk_b")
        job = first.taken()

        assert first.get("/v2/jobs/42").status == 400
        assert first.get(f"/v2/jobs/{uuid.uuid4()}").status == 404
        assert second.get(f"/v2/jobs/{job}").status == 404
        assert second.get("/v2/jobs").content["jobs"] == []
        assert first.get(f"/v2/jobs/{job}").status == 200


def test_the_account_is_told(caller):
    """``/v2/me`` has the user, the team with its credits, the key's beginning only."""
    caller.taken()
    me = caller.get("/v2/me").content

    assert me["team"]["credits"] == 100_000 - 72
    assert caller.desk.key.startswith(me["apiKey"]["prefix"])
    assert set(me) == {"user", "team", "apiKey"}


def test_models_are_told_with_their_prices(caller):
    """The catalogue names what a second costs, at least and at most."""
    told = {one["id"]: one for one in caller.get("/v2/models").content["models"]}

    assert (told["happyhorse-1.1"]["costMin"], told["happyhorse-1.1"]["costMax"]) == (24, 31)
    assert caller.get("/v2/models?modality=sound").status == 400
    assert caller.get("/v2/models?modality=music").content == {"models": []}


def test_jobs_are_listed_newest_first_by_pages(caller):
    """Cursors walk over every job once; a listed job has no ``input``."""
    made = [caller.taken(f"shot {number}") for number in range(5)]
    seen, cursor = [], ""
    while True:
        page = caller.get(f"/v2/jobs?limit=2{cursor}").content
        seen += page["jobs"]
        if not page["hasMore"]:
            break
        cursor = f"&cursor={page['nextCursor']}"

    assert [one["id"] for one in seen] == made[::-1]
    assert page["nextCursor"] is None
    assert all(set(one) == JOB - {"input"} for one in seen)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "status=DONE", "cursor=x", "search=fox", "scope=all"],
)
def test_a_wrong_query_is_refused(caller, query):
    """400, as the documents have it."""
    assert caller.get(f"/v2/jobs?{query}").status == 400


def test_lists_are_filtered(caller):
    """By status, model and id; the team's jobs are for its admins."""
    job = caller.taken()
    caller.taken("another")

    assert len(caller.get("/v2/jobs?status=COMPLETED").content["jobs"]) == 2
    assert caller.get("/v2/jobs?status=QUEUED").content["jobs"] == []
    assert caller.get("/v2/jobs?model=happyhorse-1.0").content["jobs"] == []
    assert [one["id"] for one in caller.get(f"/v2/jobs?search={job}").content["jobs"]] == [job]
    assert caller.get("/v2/jobs?scope=team").status == 403


def test_every_answer_has_a_number(caller):
    """``x-request-id`` on good and bad answers, each its own."""
    names = [
        caller.get(path).headers["x-request-id"] for path in ("/v2/me", "/v2/no", "/v2/jobs/1")
    ]

    assert len(set(names)) == 3


def test_a_job_goes_through_its_states(slow_desk):
    """QUEUED, PROCESSING with progress, COMPLETED with a link and the time it ended."""
    caller = Caller(slow_desk)
    job = caller.taken()
    states = []
    for forward in (0, 50, 50):
        slow_desk.advance(forward)
        told = caller.job(job)
        states.append((told["status"], told["progress"], told["result"] is None))
        assert (told["completedAt"] is None) == (told["status"] != "COMPLETED")

    assert states == [("QUEUED", 0, True), ("PROCESSING", 50, True), ("COMPLETED", 100, False)]


def test_progress_can_be_withheld(kept_clips):
    """``progress=False`` tells ``null`` all the way."""
    with Desk(size=64, clips=kept_clips, time=100, progress=False) as desk:
        caller = Caller(desk)
        job = caller.taken()
        assert caller.job(job)["progress"] is None
        desk.advance(50)
        assert caller.job(job)["progress"] is None


def test_clips_are_purged(desk, caller):
    """After a day the job says ``expired: true`` and its link is a 404."""
    job = caller.taken()
    link = caller.link(job)
    desk.advance(24 * 3600 - 60)
    before = caller.get(link).status
    desk.advance(120)

    assert before == 200
    assert caller.job(job)["expired"] is True
    assert caller.job(job)["status"] == "COMPLETED"
    assert caller.get(link).status == 404


def test_uploads_are_taken_by_their_first_bytes(caller):
    """201 with a link that gives the bytes back; the name said is ignored; BMP is not taken."""
    data = picture(kind="JPEG")
    said = caller.upload(data, name="lie.png")
    told = said.content

    assert said.status == 201
    assert set(told) == {"id", "url", "kind", "contentType", "byteSize", "expiresAt"}
    assert (told["kind"], told["contentType"], told["byteSize"]) == (
        "image",
        "image/jpeg",
        len(data),
    )
    assert caller.get("/uploads/" + told["url"].rpartition("/")[2]).body == data
    assert caller.upload(picture(kind="BMP")).status == 400


def test_uploads_that_cannot_be_are_refused(caller):
    """No file, another field, a file over 25 MB, words: 400."""
    large = picture() + b"\0" * (25 * 1024 * 1024)

    assert caller.upload(b"", field="picture").status == 400
    assert caller.upload(large).error == f"File exceeds {25 * 1024 * 1024} bytes"
    assert caller.upload(b"hello").error == "Unsupported file type"
    assert caller.ask("POST", "/v2/uploads", {"file": "x"}).status == 400


def test_uploads_are_reaped(desk, caller):
    """After an hour the link is dead, and a job that needs it fails and is refunded."""
    link = caller.published(picture())
    desk.advance(3601)
    job = caller.taken(images=[link])
    told = caller.job(job)

    assert caller.get("/uploads/" + link.rpartition("/")[2]).status == 404
    assert told["status"] == "FAILED"
    assert "failed to download input image" in told["error"]
    assert told["creditCost"] == 0
    assert desk.spent() == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [(picture(299, 400), "at least 300 pixels"), (picture(900, 300), "aspect ratio"),
     (picture()[:200], "cannot be read")],
)  # fmt: skip
def test_pictures_upstream_would_not_take_fail_the_job(kept_clips, data, words):
    """Taken, then failed with words and refunded: sides, shape, damage."""
    with Desk(clips=kept_clips) as desk:
        caller = Caller(desk)
        told = caller.job(caller.taken(images=[caller.published(data)]))

        assert words in told["error"]
        assert desk.spent() == 0


def test_a_reference_must_be_larger_than_a_first_frame(kept_clips):
    """Upstream wants 400 pixels of each reference."""
    with Desk(clips=kept_clips, size=None) as desk:
        caller = Caller(desk)
        links = [caller.published(picture()), caller.published(picture(399, 500))]

        assert "image 2 must be at least 400" in caller.job(caller.taken(images=links))["error"]


def test_nonsense_on_the_line_is_answered_and_survived(caller):
    """What is no HTTP gets a 400 and a closed line; the next caller is served."""
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(caller.desk.url)
    for nonsense in (b"\x16\x03\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
                     b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"A" * 100_000):  # fmt: skip
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
            line.sendall(nonsense)
            assert line.recv(100).startswith(b"HTTP/1.1 400")

    assert caller.get("/v2/me").status == 200
