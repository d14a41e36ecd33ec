"""Units, roads, travel times, the shipped geographic data and its checks. Imports none of the other packages."""
