"""What is said: texts, placeholders, wording."""
