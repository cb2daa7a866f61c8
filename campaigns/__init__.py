"""What we do: content, audience, planning, kinds, delivery."""
