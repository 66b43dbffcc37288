"""``storyreel doctor``: what this machine and project can do, and what to mend."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.cli.boards import json_option, settings_options
from pipeline.cli.console import put, put_json
from pipeline.cli.finding import Finding

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}
_ROOM = 2_000_000_000  # bytes; a short film with its clips


@click.command("doctor")
@click.option("--online", is_flag=True, help="Ask each vendor whose key is here; it costs nothing.")
@click.option(
    "--probe",
    "probed",
    metavar="ROUTE",
    help="With --online: order one paid 3 s job, after asking; write down how its vendor speaks.",
)
@click.option("--yes", "-y", is_flag=True, help="Order the probe's job without asking.")
@json_option
@settings_options
def command(online: bool, probed: str | None, yes: bool, as_json: bool, **flags: str | None) -> int:
    """Check this machine and project: a line a check, and a fix for what is not well.

    Exit code 1 if anything fails.
    """
    _refuse_words(online=online, probed=probed, yes=yes)
    findings = []
    for finding in _findings(flags, online=online, probed=probed, yes=yes):
        findings.append(finding)
        if not as_json:
            _put(finding)
    failed = [finding for finding in findings if finding.state == "fail"]
    if as_json:
        checks = [asdict(finding) for finding in findings]
        document = {"schema": 1, "ok": not failed, "checks": checks}
        put_json(document | ({"error": _unwell(failed)} if failed else {}))
    return 1 if failed else 0


def _unwell(failed: list[Finding]) -> dict[str, Any]:
    from pipeline.cli.ways import error_document
    from pipeline.errors import StoryreelError

    told = "\n".join(f"{one.name}: {one.text}" for one in failed)
    fixes = " ".join(one.fix for one in failed if one.fix) or None
    error = StoryreelError("Not all is well.", details=told, hint=fixes)
    return error_document(error, ()) | {"code": "unwell"}


def _put(finding: Finding) -> None:
    state = click.style(f"{finding.state:<4}", fg=_COLOURS[finding.state], bold=True)
    put(f"{state}  {finding.name:<9} {finding.text}")
    if finding.fix:
        put(f"{'':15} {finding.fix}")


def _refuse_words(*, online: bool, probed: str | None, yes: bool) -> None:
    from pipeline.errors import UsageError

    if probed and not online:
        raise UsageError("--probe goes with --online: it asks a vendor, and costs money.")
    if yes and not probed:
        raise UsageError("--yes goes with --probe; nothing else here costs anything.")


def _findings(
    flags: dict[str, str | None], *, online: bool, probed: str | None, yes: bool
) -> Iterator[Finding]:
    from pipeline import __version__
    from pipeline.cli.git_checked import look_at_git
    from pipeline.cli.publishers_checked import look_at_publishers
    from pipeline.cli.routes_checked import look_at_network, look_at_routes
    from pipeline.errors import SettingsError
    from pipeline.places import find_root
    from pipeline.settings import read_settings

    yield Finding("storyreel", "ok", f"{__version__}, Python {sys.version.split()[0]}")
    boards = Path("storyboards")
    root = find_root((boards if boards.is_dir() else Path()) / "any.storyboard.yaml")
    try:
        settings = read_settings(root, flags=flags)
    except SettingsError as error:
        yield Finding("settings", "fail", error.brief, error.hint)
        return  # where to look for the rest is not known
    store = settings.store or root / "output" / "store"
    origins = ", ".join(f"{name}: {origin}" for name, origin in settings.origins.items())
    yield Finding("settings", "ok", f"jobs {settings.jobs}, store {store} ({origins})")
    yield from _ffmpeg(settings.ffmpeg)
    checks: tuple[Callable[[], Finding], ...] = (
        _filter_builder,
        _reader,
        _fonts,
        lambda: _room(store),
        lambda: _rights(store),
    )
    for check in checks:
        yield check()
    yield from look_at_git(root)
    if boards.is_dir():
        yield _schema(boards)
    yield look_at_network()
    yield from look_at_routes(root, settings, online=online)
    yield from look_at_publishers(root, settings)
    if probed:
        from pipeline.cli.probe import probe

        yield probe(probed, root, settings, yes=yes)


def _ffmpeg(chosen: Path | None) -> Iterator[Finding]:
    from pipeline.errors import ToolError
    from pipeline.media.ffmpeg import find_ffmpeg

    try:
        ffmpeg = find_ffmpeg(chosen)
        version = ffmpeg.version
    except ToolError as error:
        yield Finding("ffmpeg", "fail", error.brief, error.hint)
        return
    yield Finding("ffmpeg", "ok", f"{version} ({ffmpeg.path})")
    size = "color=s=64x64:r=24:d=0.25"
    try:
        ffmpeg.run(
            ["-f", "lavfi", "-i", size, "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo",
             "-t", "0.25", "-c:v", "libx264", "-c:a", "aac", "-f", "null", "-"]
        )  # fmt: skip
    except ToolError as error:
        fix = "Use the ffmpeg that comes with imageio-ffmpeg, or one with libx264 and aac."
        yield Finding("encoders", "fail", f"{error.brief} {error.details or ''}".strip(), fix)
    else:
        yield Finding("encoders", "ok", "H.264 (libx264) and AAC encode")


def _filter_builder() -> Finding:
    """Other packages claim the import name ``ffmpeg`` too; pip does not see it."""
    from importlib.metadata import packages_distributions

    owners = packages_distributions().get("ffmpeg", [])
    if owners == ["ffmpeg-python"]:
        return Finding("filters", "ok", "ffmpeg-python builds the filter graphs")
    fix = f"Uninstall {', '.join(o for o in owners if o != 'ffmpeg-python') or 'nothing'}, then "
    return Finding(
        "filters",
        "fail",
        f"the import name `ffmpeg` belongs to {', '.join(owners) or 'no package'}",
        fix + "run pip install --force-reinstall ffmpeg-python.",
    )


def _reader() -> Finding:
    import av

    versions = av.library_versions
    parts = ", ".join(f"{name} {'.'.join(map(str, v))}" for name, v in sorted(versions.items())[:3])
    return Finding("reader", "ok", f"PyAV {av.__version__} ({parts})")


def _fonts() -> Finding:
    from PIL import ImageFont

    from pipeline.media.typefaces import shipped

    fonts = sorted(shipped(bold=False).parent.glob("*.ttf"))
    for font in fonts:
        ImageFont.truetype(str(font), 20)
    if not fonts:
        return Finding("fonts", "fail", "the shipped fonts are missing", "Reinstall storyreel.")
    return Finding("fonts", "ok", ", ".join(font.stem for font in fonts))


def _room(store: Path) -> Finding:
    there = next(path for path in (store, *store.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 1e9:.0f} GB free for clips"
    if free < _ROOM:
        return Finding("disk", "warn", text, "Free some room, or set another store.")
    return Finding("disk", "ok", text)


def _rights(store: Path) -> Finding:
    import tempfile

    there = next(path for path in (store, *store.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        fix = "Give yourself the right to write there, or set another store."
        return Finding("rights", "fail", f"{there} cannot be written: {error.strerror}", fix)
    return Finding("rights", "ok", f"{there} can be written")


def _schema(boards: Path) -> Finding:
    from pipeline.storyboard.schema import schema_text

    path = boards / "storyboard.schema.json"
    fix = f"Run storyreel schema -o {path.as_posix()}."
    if not path.exists():
        return Finding("schema", "warn", f"{path} is not there; editors miss it", fix)
    if not path.is_file() or path.read_bytes() != schema_text().encode():
        return Finding("schema", "warn", f"{path} is of another version", fix)
    return Finding("schema", "ok", f"{path} is current")
