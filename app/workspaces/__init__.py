"""How panels stand together: one file a workspace."""
