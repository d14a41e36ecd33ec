"""Vehicle routing: clients visited once from one depot, within capacities, time windows and limits of a route."""
