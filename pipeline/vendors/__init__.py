"""Who serves the paid models: one port of five verbs, and a file for each vendor behind it."""
