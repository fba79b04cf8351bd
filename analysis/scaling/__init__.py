"""How the error falls with the size of the encoder and of its fine-tuning data: fits, their limits, and when not to."""
