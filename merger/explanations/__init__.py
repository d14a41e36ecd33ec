"""Answers to "why?" about persons, bodies and communes; merger.explain finds the item and asks these."""
