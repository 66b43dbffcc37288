"""Looking and choosing: a page of this machine alone, live while a render runs."""
