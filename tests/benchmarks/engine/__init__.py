"""The engine beside PyTorch, as ratios of times: ``python3 run.py bench``."""
