"""The parts of the Export panel: what is chosen, and what it will look like."""
