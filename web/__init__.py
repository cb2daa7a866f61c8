"""People click (staff) and tap (clients)."""
