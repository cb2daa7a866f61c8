"""Which product may be offered to whom: products and their risk, clients' assessments, know-your-customer state."""
