"""Learning to answer phrases: samples, losses, the Lightning module and the recipe of the embedded model."""
