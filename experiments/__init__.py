"""The wiring: the spec, the command line, the search on Ray, the finals, the record on disk."""
