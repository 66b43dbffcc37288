"""The user's program: what it is given, and everything it can do instead of printing a link."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.models.catalog import routes
from pipeline.publishers.command import CommandRecipe
from pipeline.publishers.interface import Means, UnpublishedError
from pipeline.vendors.interface import Published

LINK = "https://cdn.example/a.png?signature=5ecret"
ENVIRONMENT = {"PATH": os.environ["PATH"]}


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a fox; $(touch here).png"
    Image.new("RGB", (8, 8), "red").save(path)
    return path


def python(script: str, *words: str) -> tuple[str, ...]:
    """A program that is a line of Python."""
    return (sys.executable, "-c", script, *words)


def published(
    run: tuple[str, ...],
    picture: Path,
    *,
    timeout: int = 30,
    environment: dict[str, str] | None = None,
) -> Published:
    """What comes of one picture."""
    recipe = CommandRecipe(run, timeout=timeout)
    command = recipe.made(Means(picture.parent, environment or ENVIRONMENT))
    return asyncio.run(command.publish(picture))


def trouble(
    run: tuple[str, ...],
    picture: Path,
    *,
    timeout: int = 30,
    environment: dict[str, str] | None = None,
) -> UnpublishedError:
    """The error it ends with; it costs nothing and names where the command stands."""
    with pytest.raises(UnpublishedError) as caught:
        published(run, picture, timeout=timeout, environment=environment)
    assert caught.value.charged == "no"
    assert "[publisher.command]" in (caught.value.hint or "")
    assert "5ecret" not in f"{caught.value} {caught.value!r}"
    return caught.value


def test_the_one_line_it_prints_is_the_link(picture: Path) -> None:
    """Its life is what the user says; white space around it does not matter."""
    since = time.time()
    one = published(python(f"print('  {LINK}  ')"), picture)

    assert one.url == LINK
    assert one.expires is not None
    assert since + 3600 <= one.expires <= time.time() + 3600


@pytest.mark.parametrize("words", [(), ("--from={picture}", "--to=there")])
def test_it_gets_the_path_as_one_argument_and_no_shell_reads_it(
    picture: Path, words: tuple[str, ...]
) -> None:
    """At the end, or where it is asked for; blanks and shell's signs are letters of a name."""
    heard = picture.parent / "heard"
    script = f"import sys; open({str(heard)!r}, 'w').write('|'.join(sys.argv[1:])); print('{LINK}')"
    published(python(script, *words), picture)

    path = str(picture)
    assert heard.read_text() == (f"--from={path}|--to=there" if words else path)
    assert not (picture.parent / "here").exists()


def test_no_vendors_key_is_in_its_environment(picture: Path) -> None:
    """Neither a route's own variable nor one named for another address; the rest is."""
    environment = {
        **ENVIRONMENT,
        "APIFRAME_API_KEY": "afk_5ecret-0123456789",
        "STORYREEL_APIFRAME_KEY_VARIABLE": "DESK_KEY",
        "DESK_KEY": "another-5ecret",
        "MINE": "x",
    }
    heard = picture.parent / "heard"
    script = f"import os; open({str(heard)!r}, 'w').write(' '.join(os.environ)); print('{LINK}')"
    published(python(script), picture, environment=environment)
    names = heard.read_text().split()

    assert "MINE" in names
    assert not {"APIFRAME_API_KEY", "DESK_KEY"} & set(names)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("pass", "printed nothing"),
        (f"print('{LINK}'); print('{LINK}')", "printed 2 words"),
        (f"print('uploaded to {LINK}')", "printed 3 words"),
        ("print('done!')", "it is no link"),
        (r"import sys; sys.stdout.buffer.write(b'\xff\xfe\x00https://x')", "it is no link"),
        ("print('http://cdn.example/a.png')", "it is not https"),
        ("print('ftp://cdn.example/a.png')", "it is no link"),
        ("print('file:///etc/passwd')", "it is no link"),
        ("print('https://me:5ecret@cdn.example/a.png')", "a name or a password"),
        ("print('https://192.168.1.7/a.png')", "not a public one"),
        ("print('http://[fe80::1]/a.png')", "it is not https"),
        ("print('https://' + 'x' * 5000)", "it is no link"),
        ("print('https://x/' * 1_000_000)", "more than a link"),
    ],
)
def test_what_is_not_one_link_is_refused(picture: Path, script: str, says: str) -> None:
    """Nothing, two lines, words around it, garbage, a link that no vendor could or should read."""
    assert says in str(trouble(python(script), picture))


def test_a_command_on_ones_own_desk_may_be_plain_http(picture: Path) -> None:
    """This very machine is no stranger's network."""
    assert published(python("print('http://127.0.0.1:8787/a.png')"), picture).url


def test_a_failing_command_is_shown_with_its_last_words_and_no_secrets(picture: Path) -> None:
    """Its exit code and errors; a link's signature and the value of a secret variable are not."""
    environment = {**ENVIRONMENT, "UPLOAD_TOKEN": "tok_5ecret_5ecret"}
    script = (
        "import os, sys; print('x' * 10**6, file=sys.stderr);"
        f"print('no such bucket', os.environ['UPLOAD_TOKEN'], '{LINK}', file=sys.stderr);"
        "sys.exit(3)"
    )
    error = trouble(python(script), picture, environment=environment)

    assert "exit code 3" in error.brief
    assert "no such bucket <key> https://cdn.example/…" in (error.details or "")


def test_one_that_hangs_is_ended_with_all_it_has_started(picture: Path) -> None:
    """Within its time, though it does not listen; nothing of it goes on running."""
    alive = picture.parent / "alive"
    os.mkfifo(alive)
    child = f"import time; f = open({str(alive)!r}, 'w'); time.sleep(600)"
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(600)"
    )
    # who has the pipe open for writing is alive: reading ends when all have gone
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    try:
        error = trouble(python(script), picture, timeout=2)
        os.set_blocking(reader, True)
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)

    assert "was not done after 2 s" in error.brief


def test_a_run_that_is_given_up_leaves_no_program_behind(picture: Path) -> None:
    """Cancelled while it works: the program is ended before the caller goes on."""
    noted = picture.parent / "pid"
    script = f"import os, time; open({str(noted)!r}, 'w').write(str(os.getpid())); time.sleep(600)"

    def wait_for_it() -> None:
        while not (noted.exists() and noted.read_text()):
            time.sleep(0.01)

    async def given_up() -> None:
        command = CommandRecipe(python(script)).made(Means(picture.parent, ENVIRONMENT))
        task = asyncio.create_task(command.publish(picture))
        await asyncio.to_thread(wait_for_it)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(given_up())
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


def test_one_that_cannot_be_started_is_told(picture: Path, tmp_path: Path) -> None:
    """Missing, or no program; what is missing is known before anything is made."""
    (tmp_path / "text").write_text("no program")
    missing = CommandRecipe(("no-such-uploader",))

    assert "cannot be started" in trouble(missing.run, picture).brief
    assert "cannot be started" in trouble((str(tmp_path / "text"),), picture).brief
    assert missing.lacks(Means(tmp_path, ENVIRONMENT)) == (
        "the program no-such-uploader is not found"
    )
    assert CommandRecipe((sys.executable,)).lacks(Means(tmp_path, ENVIRONMENT)) is None


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_what_is_no_picture_is_handed_to_no_program(tmp_path: Path, content: bytes) -> None:
    """It is the picture's fault, and told as that."""
    (tmp_path / "a.png").write_bytes(content)
    script = f"open({str(tmp_path / 'ran')!r}, 'w')"

    with pytest.raises(MediaError):
        published(python(script), tmp_path / "a.png")
    assert not (tmp_path / "ran").exists()


def test_few_run_at_once(picture: Path) -> None:
    """Twelve pictures, and never more than four programs."""
    folder = picture.parent / "running"
    folder.mkdir()
    script = (
        "import os, pathlib, time; here = pathlib.Path(os.environ['HERE']);"
        "mine = here / str(os.getpid()); mine.touch(); print(len(list(here.iterdir())),"
        " file=(here.parent / f'{os.getpid()}.seen').open('w')); time.sleep(0.05);"
        f"mine.unlink(); print('{LINK}')"
    )
    environment = {**ENVIRONMENT, "HERE": str(folder)}

    async def twelve() -> None:
        command = CommandRecipe(python(script)).made(Means(picture.parent, environment))
        await asyncio.gather(*(command.publish(picture) for _ in range(12)))

    asyncio.run(twelve())
    seen = [int(path.read_text()) for path in picture.parent.glob("*.seen")]
    assert len(seen) == 12
    assert max(seen) <= 4


def test_it_serves_routes_without_uploads() -> None:
    """Apiframe has its own upload, always."""
    recipe = CommandRecipe(("x",), life=7200)
    upload = recipe.takes(routes()["empiriolabs"])

    assert recipe.takes(routes()["apiframe"]) is None
    assert upload is not None
    assert upload.life == 7200
