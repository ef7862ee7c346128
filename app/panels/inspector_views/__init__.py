"""What the inspector says about a number, as plain rows."""
