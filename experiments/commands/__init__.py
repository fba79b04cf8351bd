"""The command line: its commands by topic, and the work of those that list or build."""
