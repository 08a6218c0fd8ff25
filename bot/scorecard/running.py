"""Asks every test question as a person would, and judges what comes back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot import presses
from bot.answering import answer
from bot.dialogue import DialogueState
from bot.known import World
from bot.reply import Asker, Reply, Turn
from bot.scorecard.judging import Judged, judged, misspelt
from bot.scorecard.sets import Question, Sets, Thread
from bot.scorecard.typos import with_typos

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
BETWEEN = timedelta(seconds=30)  # between two turns of a thread
ASKER = Asker("reader")
TYPOS = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything judged: questions and strangers by number of typos, threads turn by turn, misspelt names."""

    questions: tuple[tuple[Judged, ...], ...]
    strangers: tuple[tuple[Judged, ...], ...]
    threads: tuple[tuple[Judged, ...], ...]
    misspellings: tuple[str, ...]


def run(world: World, sets: Sets, tell: Callable[[str], None] = lambda _: None) -> Run:
    """The whole measurement; `tell` hears what is being done."""
    questions, strangers = [], []
    for typos in TYPOS:
        tell(f"{len(sets.questions) + len(sets.strangers)} questions with {typos} typos")
        questions.append(tuple(_asked(one, typos, world) for one in sets.questions))
        strangers.append(tuple(_asked(one, typos, world) for one in sets.strangers))
    tell(f"{len(sets.threads)} threads")
    threads = tuple(tuple(_turns(thread, world)) for thread in sets.threads)
    tell(f"{len(sets.misspellings)} misspelt names")
    names = tuple(misspelt(drug, _reply(f"{typed} dose", world)) for drug, typed in sets.misspellings)
    return Run(tuple(questions), tuple(strangers), threads, names)


def _asked(question: Question, typos: int, world: World) -> Judged:
    said = with_typos(question.said, typos) if typos else question.said
    return judged(question, _reply(said, world), world.recogniser.understand(said).strangeness)


def _reply(said: str, world: World) -> Reply:
    return answer(Turn(said, ASKER, START), DialogueState(), world)[0]


def _turns(thread: Thread, world: World) -> Iterator[Judged]:
    """A thread turn by turn; where the right choice was among the buttons, it is tapped before the next turn."""
    state, at = DialogueState(), START
    for question in thread.turns:
        reply, state = answer(Turn(question.said, ASKER, at), state, world)
        yield judged(question, reply, 0.0)
        press = _tapped(question, reply, world)
        if press:
            _, state = answer(Turn("", ASKER, at + BETWEEN / 2, press), state, world)
        at += BETWEEN


def _tapped(question: Question, reply: Reply, world: World) -> str:
    """The button that the asker would press when asked back: the one for what was meant."""
    if reply.kind not in ("ask_back", "did_you_mean"):
        return ""
    for button in (button for row in reply.buttons for button in row):
        order = presses.read(button.data, world.version)
        if order is None or order.kind != "ask" or not set(order.intents) & set(question.wanted):
            continue
        if set(order.drugs) == set(question.drugs):
            return button.data
    return ""
