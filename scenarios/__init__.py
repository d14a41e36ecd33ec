"""Scenario schema, loader, overrides and the shipped scenarios. Imports geodata only."""
