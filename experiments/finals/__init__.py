"""After the search: which trainings the finals and the probes consist of, and the work."""
