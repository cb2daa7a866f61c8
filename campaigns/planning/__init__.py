"""Drafting, approval, calendar, lifecycle."""
