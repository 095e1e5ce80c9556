"""What the covering formulations share: merged zones, dominance, greedy, search and bound."""
