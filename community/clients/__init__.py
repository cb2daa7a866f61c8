"""Who they are: identities, consent, ownership, tags, timeline."""
