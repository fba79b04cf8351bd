"""Stages of studies: their names, their size, who needs them, and looking after those that are stored."""
