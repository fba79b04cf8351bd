"""What finished runs teach: which searcher would have done, which tasks promise, how error falls with size."""
