"""Learning to answer phrases: any system from a file of settings; `pools` is the embedded model's own way."""
