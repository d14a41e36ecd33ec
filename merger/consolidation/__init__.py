"""Merging agencies: divisions as items, mandates and their successors, reasons in words."""
