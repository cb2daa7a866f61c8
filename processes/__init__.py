"""The things that run, and nothing else."""
