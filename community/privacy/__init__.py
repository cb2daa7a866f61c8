"""What clients may ask about their own data, and how long each kind of data is kept."""
