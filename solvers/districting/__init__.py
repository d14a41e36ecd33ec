"""Divide a graph into a few large connected districts of even weight with least cut edges, with a proven bound."""
