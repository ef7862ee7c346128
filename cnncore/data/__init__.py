"""Labelled pictures from files, and strokes."""
