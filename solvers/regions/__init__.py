"""Connected regions over a planar graph: set partitioning with a proven bound."""
