"""Models as they are timed: three ways to get a label out of one, inputs of a given length, and peaks of memory."""
