"""The command line: one file a command over ``api.py``; it asks, shows, and returns an exit code."""
