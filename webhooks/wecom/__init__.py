"""What WeCom tells us: one recipe per kind of event."""
