"""Who makes clips: one port, and a folder or file for each maker behind it."""
