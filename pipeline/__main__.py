"""``python -m pipeline``: the same as the ``storyreel`` command."""

from pipeline.cli.main import run

if __name__ == "__main__":
    run()
