"""Finished models, judged and timed: who is examined, on what, and what came out."""
