"""Questions that one run cannot answer: several runs, one sentence."""
