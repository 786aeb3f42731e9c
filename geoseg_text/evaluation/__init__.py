"""How well phrases are answered."""
