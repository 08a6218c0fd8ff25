"""The history of the tables; additive only. Run at start by `bot.store.migrating`."""
