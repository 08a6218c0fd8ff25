"""What outlives a turn: dialogue states, people, updates, answers shown. Each transaction is one function."""
