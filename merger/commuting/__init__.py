"""Commute support: groups, modes, routes, rows of the tables, findings."""
