"""Pages on which a person plays the sandbox: a client's phone, a member's desk, the platform's console."""
