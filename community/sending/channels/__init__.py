"""One file per way to reach somebody: what is said to WeChat, and when it counts as delivered."""
