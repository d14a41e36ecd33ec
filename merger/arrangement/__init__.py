"""Arranging communes: standards, names, the score of an arrangement, its alternatives."""
