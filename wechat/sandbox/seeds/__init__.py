"""Who is there when a sandbox begins: small for tests, a bank for the demo, many for load."""
