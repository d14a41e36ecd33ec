"""Shuttle routes and modes: route columns and a master."""
