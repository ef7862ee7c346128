"""What the program must reach, measured: ``python -m tests.benchmarks``. Ratios and figures, no pass or fail."""
