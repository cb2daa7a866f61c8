"""Benefits clients receive."""
