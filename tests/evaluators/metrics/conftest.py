"""Property tests draw the same examples every time and have no deadline: a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("metrics", derandomize=True, deadline=None)
settings.load_profile("metrics")
