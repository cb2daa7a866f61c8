"""What clients are worth and what they get: assets, metrics, tiers, rewards."""
