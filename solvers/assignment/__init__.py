"""Persons to posts: min-cost flow, exact."""
