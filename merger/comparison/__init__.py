"""Two plans side by side: what differs in figures, units, posts, people, money and dates, and its documents."""
