"""Items to slots to sites: consolidated structures with a proven bound."""
