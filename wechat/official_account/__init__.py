"""The real official account: one file per subject, on the transport."""
