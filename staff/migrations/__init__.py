"""Schema changes of this package, in order."""
