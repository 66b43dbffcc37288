"""Where the ``storyreel`` command begins; ``python -m pipeline`` is the same."""

import signal


def run() -> None:
    """Run the command; until it stands, Ctrl-C ends it without a word.

    There is nothing to put away yet, and a traceback out of an import tells nobody anything.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:  # not where a shell has told us to ignore it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from pipeline.cli import main

    signal.signal(signal.SIGINT, handler)
    main.run()


if __name__ == "__main__":
    run()
