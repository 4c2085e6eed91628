"""What happens inside a trained network, worked out in numpy from the weights of its run. Knows no torch."""
