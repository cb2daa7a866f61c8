"""Livestreams: booking, reminders, attendance."""
