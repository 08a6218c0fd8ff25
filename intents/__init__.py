"""What can be asked and how it is recognised. Knows names and words, no dosing facts."""
