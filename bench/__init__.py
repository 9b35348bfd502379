"""Measurements of a running statline: `make bench`, `make bench B=ingest`. See docs/benchmarks.md."""
