"""The staff console: one file per page."""
