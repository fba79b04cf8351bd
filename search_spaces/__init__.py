"""What may be tried: plans, orders, mixtures, learning rates, controls. Needs the standard library and numpy only."""
