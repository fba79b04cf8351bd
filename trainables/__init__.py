"""How it is trained: encoder, heads, features, the optimiser loop, stage keys and store, the trial. Home of torch."""
