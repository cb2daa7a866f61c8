"""WeChat and partners call us."""
