"""Comparing what we hold with what WeChat lists: full and incremental passes, and what differed."""
