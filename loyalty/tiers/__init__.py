"""Tier policies as data, standings, reviews."""
