"""Who does the blocks: this process, or workers of a Ray cluster."""
