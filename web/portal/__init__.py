"""Pages that clients open inside WeChat."""
