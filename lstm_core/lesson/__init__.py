"""The claims of the lesson as things that are computed from the chosen table: each page section shows one of these values."""
