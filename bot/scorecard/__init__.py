"""How well questions are understood, measured on sets that no example utterance was written from."""
