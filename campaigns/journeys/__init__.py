"""Journeys: clients enter by a fact and pass steps, each once, whatever dies on the way."""
