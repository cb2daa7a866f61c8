"""Whom we say it to: conditions, segments, sampling."""
