"""Benchmarks: `python -m benchmarks --quick|--full [NAME …]`. See README.md here."""
