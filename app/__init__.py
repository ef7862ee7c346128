"""ConvScope: a debugger for convolutional networks. The window and the command line; the engine is `cnncore`."""

__version__ = "0.1.0"
