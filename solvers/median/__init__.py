"""Choose sites and assign every customer to one of them at least total cost (p-median), with a proven bound."""
