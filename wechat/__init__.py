"""The only door to WeChat: callbacks in, calls out, and a sandbox twin that behaves like WeChat."""
