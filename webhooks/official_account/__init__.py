"""What the official account tells us: one recipe per kind of event."""
