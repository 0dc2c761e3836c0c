"""The commands: each parses, calls and presents, nothing else."""
