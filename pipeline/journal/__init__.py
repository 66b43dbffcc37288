"""What happened, on disk before the next act in the world: jobs, their states, money."""
