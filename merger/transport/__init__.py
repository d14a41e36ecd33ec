"""What a transport office works with: lines along roads, GTFS and GPX files, lists of passengers."""
