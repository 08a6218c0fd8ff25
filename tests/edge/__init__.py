"""The edge with a small mind of its own, against a strict local Bot API server and real databases."""
