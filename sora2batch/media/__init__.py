"""Pictures, clips and sounds as bytes: what they are, how large, and whether all of them is there."""
