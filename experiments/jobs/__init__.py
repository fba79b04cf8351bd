"""Runs on a cluster through Ray's job server: what is sent, watched, stopped and brought back."""
