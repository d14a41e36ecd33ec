"""Tasks of a merger, working-day calendars, findings."""
