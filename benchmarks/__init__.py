"""Measurements of the product as its users meet it: `python -m benchmarks`."""
