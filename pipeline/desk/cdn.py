"""Where clips lie: their links, the links that lead astray, and what they answer."""

from __future__ import annotations

from pipeline.desk.bench import Bench
from pipeline.desk.download import served
from pipeline.desk.faults import Rule
from pipeline.desk.jobs import Job
from pipeline.desk.parts import Parts
from pipeline.desk.wire import Answer, Request, json_answer
from pipeline.errors import StoryreelError


def link_of(job: Job, base: str, query: str = "") -> str:
    """Where its clip is."""
    return f"{base}/cdn/videos/{job.link}.mp4{query}"


def astray(rule: Rule, job: Job, base: str, elsewhere: str, query: str = "") -> str:
    """The link a rule tells in its place."""
    name = f"{job.link}.mp4{query}"
    links = {
        "dead": f"{base}/cdn/dead/{name}",
        "away": f"{base}/cdn/away/{name}",
        "elsewhere": f"{elsewhere}/cdn/videos/{name}",
        "private": f"https://192.168.0.1/videos/{name}",
        "to": rule.to or "file:///etc/passwd",
    }
    return links[rule.do]


def job_behind(request: Request, bench: Bench) -> Job | None:
    """Whose clip a link asks for."""
    return bench.by_link.get(request.path.rpartition("/")[2].removesuffix(".mp4"))


async def fetched(request: Request, bench: Bench, parts: Parts) -> Answer:
    """[doc] A clip purged may be a 404; [guess] a dead link is a 403, as stores have it."""
    job = job_behind(request, bench)
    if job is None or bench.is_purged(job) or job.status(parts.clock.now()) != "COMPLETED":
        return Answer(404, b"Not found", "text/plain")
    if request.path.startswith("/cdn/dead/"):
        return Answer(403, b"Access denied", "text/plain")
    if request.path.startswith("/cdn/away/"):
        _, mark, query = request.target.partition("?")
        there = link_of(job, parts.elsewhere, mark + query)
        return Answer(302, b"", "", (("location", there),))
    try:
        data = await bench.clip_of(job)
    except StoryreelError as error:
        return json_answer(500, {"error": str(error)})
    return served(request, data, "video/mp4", job.id[:8])
