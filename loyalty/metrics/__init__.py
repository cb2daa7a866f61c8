"""Figures with definitions of record."""
