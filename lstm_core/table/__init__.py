"""The embedding table and every question one can ask it. Numpy only: never torch, text, model or training."""
