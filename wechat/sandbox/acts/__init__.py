"""What people do in the sandbox; only acts cause callbacks, API calls never do."""
