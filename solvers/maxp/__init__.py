"""Max-p regions: the largest number of connected regions above a floor, with a proven bound."""
