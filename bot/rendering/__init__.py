"""Reply → text, buttons and pictures; every string linted before it leaves."""
