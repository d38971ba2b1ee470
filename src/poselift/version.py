"""The version of poselift: stated here, read by the build, the files it writes and the command line."""

__version__ = "0.1.0"
