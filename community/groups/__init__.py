"""Client groups: roster, welcome, upkeep."""
