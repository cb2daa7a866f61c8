"""One file per kind of step; a new kind is a new file here and a line in the registry."""
