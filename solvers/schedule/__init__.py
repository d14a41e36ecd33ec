"""Resource-constrained project scheduling on calendars."""
