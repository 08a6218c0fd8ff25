"""The edge towards Telegram: updates in, messages out, nothing lost between."""

import os

# python-telegram-bot 22 warns about its own whole-second numbers unless time spans are asked for.
os.environ.setdefault("PTB_TIMEDELTA", "true")
