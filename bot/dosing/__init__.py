"""The dosing facts module: quantities, regimens, facts, look-up, plans. Knows nothing of words or chats."""
