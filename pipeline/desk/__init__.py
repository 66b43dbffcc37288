"""A vendor on your desk: a server that speaks a vendor's documented API on this machine."""
