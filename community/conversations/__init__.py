"""What clients say to us, and what answers by itself."""
