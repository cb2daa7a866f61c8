"""The ground every other package stands on; no business words in here."""
