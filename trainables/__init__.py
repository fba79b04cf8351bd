"""How it is trained: encoder, heads, features, the one optimiser loop, stage keys and store, the trial. The home of torch."""
