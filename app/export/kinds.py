"""The endings of files that can be written, and what each holds. Loads nothing: the command line reads it first."""

PICTURES = (".png", ".svg", ".pdf")
FILMS = (".gif", ".webp", ".mp4")
NUMBERS = (".csv", ".npy")
KINDS = {**dict.fromkeys(PICTURES, "picture"), **dict.fromkeys(FILMS, "sequence"), **dict.fromkeys(NUMBERS, "numbers")}
