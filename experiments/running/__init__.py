"""A study as it runs: the search under Ray Tune, folders that all nodes see, and what is shown meanwhile."""
