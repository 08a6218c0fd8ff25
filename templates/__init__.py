"""The words of every reply, one folder a language."""
