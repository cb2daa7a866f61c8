"""What the official account can do for us, one Protocol per subject."""
