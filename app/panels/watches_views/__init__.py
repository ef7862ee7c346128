"""Lines of the strip of watches."""
