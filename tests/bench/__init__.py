"""`python -m tests.bench`: what a turn costs, how fast the bot starts, and the whole bot against a bare echo."""
