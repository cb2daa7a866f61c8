"""Dispatch, brakes, results, lift."""
