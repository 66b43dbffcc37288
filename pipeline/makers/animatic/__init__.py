"""The built-in model: a moving storyboard panel, drawn here; free, offline, the same every time."""
