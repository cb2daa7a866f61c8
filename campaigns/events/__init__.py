"""Event invitations: seats, replies, waiting list, check-in."""
