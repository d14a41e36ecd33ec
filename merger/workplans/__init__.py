"""What each body works with: charts, weekly lists, calendars, and the timetable as a project file."""
