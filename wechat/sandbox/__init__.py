"""A small WeChat for demo and tests: it answers the same paths and sends the same callbacks, and nothing leaves it."""
