"""The real WeCom: one file per subject, on the transport."""
