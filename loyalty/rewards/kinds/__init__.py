"""One file per kind of benefit."""
