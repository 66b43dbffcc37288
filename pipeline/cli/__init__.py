"""The command line: one file a command over ``api.py``; it asks, shows, gives an exit code."""
