"""What people do in the benchmark: confirm who they are, then ask, and ask again when answered."""

import time
from collections.abc import Sequence
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
    """Private chats with one question under way in each; the next is asked as soon as one is answered."""

    def __init__(self, api: BotApi, questions: Sequence[str], chats: int = CHATS) -> None:
        self._api, self._questions, self._chats = api, questions, chats
        self._turns = {FIRST_USER + number: count(number) for number in range(chats)}
        self._asked_at = dict[int, float]()
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
        """Nobody asks again; the questions under way are still answered."""
        self._going = False
        self._api.wait_idle(WITHIN)

    def reach(self, answered: int) -> None:
        """Wait until so many questions were answered."""
        deadline = time.monotonic() + WITHIN
        while self.answered < answered:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.answered} of {answered} questions answered within {WITHIN:.0f} s")
            time.sleep(0.02)

    def _answered(self, sent: Sent) -> None:
        if sent.kind != "text" or not sent.method.startswith("send"):
            self.strays += 1
            return
        self.waits.append(sent.time - self._asked_at[sent.chat_id])
        if self._going:
            self._ask(sent.chat_id)

    def _ask(self, user: int) -> None:
        said = self._api.say(self._questions[next(self._turns[user]) % len(self._questions)], user)
        self._asked_at[user] = said.time


def _confirmation(sent: Sent) -> str:
    data = [button["callback_data"] for button in sent.buttons if "callback_data" in button]
    orders = ((one, presses.read(one, "")) for one in data)
    return next((one for one, order in orders if order and order.kind == "confirm"), "")
