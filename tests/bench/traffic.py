"""What people do in the benchmark: confirm who they are, then ask, and ask again when answered."""

import time
from collections.abc import Callable, Sequence
from itertools import count

from bot import presses
from tests.botapi import BotApi, Sent

CHATS = 32
FIRST_USER = 10_000
WITHIN = 60.0


def confirm_all(api: BotApi, question: str, chats: int = CHATS) -> None:
    """Every person is asked once whether they are a professional, says so, and gets the first answer."""
    for user in range(FIRST_USER, FIRST_USER + chats):
        done = len(api.sent)
        api.say(question, user)
        gate = api.wait(done + 1, WITHIN)[done]
        if data := _confirmation(gate):
            api.press(gate, data, user)
            api.wait(done + 2, WITHIN)


class ClosedLoop:
    """Private chats with one question under way in each; the next is asked as soon as one is answered.

    A message more than was asked for is a stray.
    """

    def __init__(self, api: BotApi, questions: Sequence[str], chats: int = CHATS) -> None:
        self._api, self._questions = api, questions
        self._turns = {FIRST_USER + number: count(number) for number in range(chats)}
        self._under_way = dict[int, float]()
        self._going = False
        self.waits: list[float] = []
        self.strays = 0

    @property
    def answered(self) -> int:
        """How many questions were answered so far; `waits` holds the seconds that each took."""
        return len(self.waits)

    def start(self) -> None:
        """Everybody asks."""
        self._going = True
        self._api.on_sent(self._answered)
        for user in self._turns:
            self._ask(user)

    def stop(self) -> None:
        """Nobody asks again; wait until the questions under way are answered."""
        self._going = False
        self._until(lambda: not self._under_way)
        self._api.wait_idle(WITHIN)

    def reach(self, answered: int) -> None:
        """Wait until so many questions were answered."""
        self._until(lambda: self.answered >= answered)

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WITHIN
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.answered} questions answered, and no more within {WITHIN:.0f} s")
            time.sleep(0.02)

    def _answered(self, sent: Sent) -> None:
        asked_at = self._under_way.pop(sent.chat_id, None)
        if asked_at is None or sent.kind != "text" or not sent.method.startswith("send"):
            self.strays += 1
            return
        self.waits.append(sent.time - asked_at)
        if self._going:
            self._ask(sent.chat_id)

    def _ask(self, user: int) -> None:
        self._under_way[user] = time.monotonic()
        self._api.say(self._questions[next(self._turns[user]) % len(self._questions)], user)


def _confirmation(sent: Sent) -> str:
    data = [button["callback_data"] for button in sent.buttons if "callback_data" in button]
    orders = ((one, presses.read(one, "")) for one in data)
    return next((one for one, order in orders if order and order.kind == "confirm"), "")
