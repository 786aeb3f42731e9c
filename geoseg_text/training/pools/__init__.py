"""Training by the clock from pools of scenes: the embedded model, and models for one's own layers."""
