"""What Gatelet costs, as ratios to what cannot be avoided: `make bench`."""
