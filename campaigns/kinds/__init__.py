"""One file per kind of campaign."""
