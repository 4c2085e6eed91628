"""Configuration, loop, checkpoints, and launching and watching a trainer process."""
