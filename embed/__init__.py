"""From the bytes of a report to passages, vectors and an index. Never prints, never reads the environment."""

__version__ = "0.1.0"
