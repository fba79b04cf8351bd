"""Claims that a spec writes down before its first trial, and what the run's data make of each."""
