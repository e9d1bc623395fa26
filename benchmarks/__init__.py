"""Benchmarks: each runs as `python -m benchmarks.NAME`, prints a table, and with `--json FILE` writes its figures."""
