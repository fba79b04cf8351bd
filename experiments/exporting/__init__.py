"""A finished run as ordinary folders of its library, with a model card."""
