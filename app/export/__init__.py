"""What can be taken along: pictures and films of the stepper, numbers, and worksheets, each by its suffix."""
