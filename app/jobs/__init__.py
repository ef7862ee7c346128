"""Runs generators off the GUI thread."""
