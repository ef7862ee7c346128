"""Files: models and projects, in safetensors with a JSON header."""
