"""Draws a day plan as a picture: steps of the daily dose over days, made to be read on a phone.

Everything is laid out in pixels (72 dots to the inch, so a point is a pixel), with the fonts that come with
the library, so that the same chart always gives the same bytes. No pyplot, no global state.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon
from matplotlib.transforms import IdentityTransform

from bot.rendering.figures import NBSP, number
from bot.rendering.rendered import Chart

WIDTH, HEIGHT = 1080, 810
LEAST_PLOT = 300  # the picture grows taller before the steps get less than this
TALLER = (0, 135, 270, 405)  # and grows by these where every step then has its value
MARGIN = 40
INNER = WIDTH - 2 * MARGIN
DPI = 72
PAPER, INK, SOFT, FAINT, LIMIT = "#fdfdfb", "#10151c", "#38424f", "#8a94a3", "#b3261e"
# The line and the area below it, by kind of plan.
COLOURS = {"titration": ("#0b4f9e", "#d9e7f7"), "taper": ("#6b2a91", "#ecdff4")}
TITLE_SIZES = (48, 42)
VALUE_SIZES = (38, 32)
TEXT, SMALL = 30, 28
LEADING = 1.3
CLEAR, TIGHT = 6.0, 4.0  # pixels kept free beside every label, and over and under it
GAPS = (
    22.0,
    13.0,
)  # between the days of two steps, in one row, or in two with a leader standing between them
LINE = 7.0
ASCENT, DESCENT = 0.76, 0.24  # of a line of type
# Closer to a line than this, a label seems to be that line's: under it, over it, and over it when the line's
# own label is under it.
ALIEN_UNDER, ALIEN_OVER, ALIEN_FAR = 14, 24, 60
NEAR = 12  # how far a label may stand off its step before a leader must join them
LIFTS = tuple(range(0, 201, 8))
STRIDES = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 60)
CROWD = 16  # more steps than this are drawn without borders between them
# Words a chart may bring itself; these stand in for those it does not.
WORDS = {
    "chart_from": "from",
    "chart_maximum": "Source’s maximum",
    "chart_none": "none",
    "chart_not_to_scale": "days not to scale",
    "chart_source": "Source",
    "chart_to": "to",
}
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


class Box(NamedTuple):
    """A rectangle in pixels from the lower left."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box", beside: float = CLEAR) -> bool:
        """Whether the two come closer than labels may."""
        return (
            self.left < other.right + beside
            and other.left < self.right + beside
            and self.bottom < other.top + TIGHT
            and other.bottom < self.top + TIGHT
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step as read: `last` None when it stays."""

    first: int
    last: int | None
    dose: Decimal


@dataclass(frozen=True, slots=True)
class Label:
    """Words with the place of their first letter's baseline."""

    x: float
    y: float
    text: str
    size: float
    box: Box
    leader: Box | None = None

    @property
    def boxes(self) -> list[Box]:
        """All the room the label takes."""
        return [self.box, self.leader] if self.leader else [self.box]


@dataclass(frozen=True, slots=True)
class Content:
    """What a chart's JSON says."""

    kind: str
    words: Mapping[str, str]
    steps: tuple[Step, ...]
    ceiling: Decimal | None

    @property
    def open(self) -> bool:
        """Whether the last step stays."""
        return self.steps[-1].last is None

    def value(self, dose: Decimal) -> str:
        """A dose as its label: number and unit kept together; nothing left is a word."""
        return f"{number(dose)}{NBSP}{self.words['unit']}" if dose else self.words["chart_none"]

    def days(self, step: Step) -> str:
        """The days of a step: `4 to 6`, `7`, `from 10`."""
        if step.last is None:
            return f"{self.words['chart_from']}{NBSP}{number(Decimal(step.first))}"
        if step.last == step.first:
            return number(Decimal(step.first))
        return f"{number(Decimal(step.first))} {self.words['chart_to']} {number(Decimal(step.last))}"


class Pen:
    """Writes and draws on one figure, in pixels."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PAPER)
        canvas: Any = FigureCanvasAgg(self.figure)
        self._renderer = canvas.get_renderer()
        self._widths: dict[tuple[str, float, bool], float] = {}

    def resize(self, height: float) -> None:
        """Set the height; the width stays."""
        self.figure.set_size_inches(WIDTH / DPI, height / DPI)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """How wide a line of type is."""
        key = (text, size, bold)
        if key not in self._widths:
            extent = self._renderer.get_text_width_height_descent(text, _font(size, bold), False)
            self._widths[key] = float(extent[0])
        return self._widths[key]

    def write(self, x: float, y: float, text: str, size: float, colour: str = INK, bold: bool = False) -> None:
        """One line of type from its left end on its baseline; never read as mathematics."""
        self.figure.text(
            x,
            y,
            text,
            fontproperties=_font(size, bold),
            color=colour,
            ha="left",
            va="baseline",
            parse_math=False,
            transform=IdentityTransform(),
        )

    def line(
        self, points: Sequence[tuple[float, float]], colour: str, width: float, dashes: tuple[float, ...] = ()
    ) -> None:
        """A line through the points."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        line = Line2D(xs, ys, color=colour, linewidth=width, solid_joinstyle="miter")
        if dashes:
            line.set_dashes(dashes)
        self.add(line)

    def area(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A filled shape without an edge."""
        self.add(Polygon(points, closed=True, facecolor=colour, edgecolor="none"))

    def add(self, artist: Artist) -> None:
        """Put something on the figure whose numbers are pixels."""
        artist.set_transform(IdentityTransform())
        self.figure.add_artist(artist)

    def wrap(self, text: str, size: float, width: float, bold: bool = False) -> list[str]:
        """Lines no wider than `width`, parted at spaces; a longer word is parted anywhere."""
        lines = [""]
        for word in text.split(" "):
            rest = word
            if lines[-1] and self.width(f"{lines[-1]} {rest}", size, bold) <= width:
                lines[-1] += f" {rest}"
                continue
            while self.width(rest, size, bold) > width:
                fits = next(n for n in range(len(rest), 0, -1) if n == 1 or self._fits(rest[:n], size, width, bold))
                lines.append(rest[:fits])
                rest = rest[fits:]
            lines.append(rest)
        return [line for line in lines if line]

    def _fits(self, text: str, size: float, width: float, bold: bool) -> bool:
        return self.width(text, size, bold) <= width


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the steps lie: `edges` are the days' borders, `levels` the doses' heights."""

    frame: Box
    edges: tuple[float, ...]
    levels: tuple[float, ...]
    limit: float | None
    rows: int
    apart: bool

    def middle(self, index: int) -> float:
        """The middle of a step."""
        return (self.edges[index] + self.edges[index + 1]) / 2

    def row(self, row: int) -> float:
        """The baseline of a row of days."""
        return self.frame.bottom - 16 - TEXT * (ASCENT + row * LEADING)

    @property
    def path(self) -> list[tuple[float, float]]:
        """The corners of the line."""
        sides = zip(self.edges, self.edges[1:], self.levels, strict=False)
        return [point for left, right, level in sides for point in ((left, level), (right, level))]

    @property
    def obstacles(self) -> list[Box]:
        """The line as rectangles."""
        half, points = LINE / 2, self.path
        return [
            Box(min(a, c) - half, min(b, d) - half, max(a, c) + half, max(b, d) + half)
            for (a, b), (c, d) in pairwise(points)
        ]


class Way(NamedTuple):
    """Where values may stand besides right over their steps: under them, or higher up on a leader."""

    under: bool = False
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a plot: `picked` are the steps that have them."""

    picked: tuple[int, ...]
    values: list[Label]
    days: list[Label]
    limit: Label | None


def draw(chart: Chart) -> bytes:
    """The picture as PNG; the same chart gives the same bytes."""
    canvas: Any = figure(chart).canvas
    target = BytesIO()
    canvas.print_png(target, metadata={"Software": None})
    return target.getvalue()


def figure(chart: Chart) -> Figure:
    """The picture before it becomes bytes."""
    content, pen = _content(chart), Pen()
    size = next((s for s in TITLE_SIZES if pen.width(content.words["title"], s, True) <= INNER), TITLE_SIZES[-1])
    title = pen.wrap(content.words["title"], size, INNER, True)
    source = pen.wrap(f"{content.words['chart_source']}: {content.words['source']}", SMALL, INNER)
    disclaimer = pen.wrap(content.words["chart_disclaimer"], SMALL, INNER)
    head = MARGIN + len(title) * size * LEADING + TEXT * LEADING + 14
    foot = MARGIN + (len(source) + len(disclaimer)) * SMALL * LEADING + 14
    left = MARGIN + pen.width(content.words["chart_days"], TEXT) + 20
    edges, true, rows = _edges(content, pen, left)
    height = int(max(HEIGHT, head + 16 + rows * TEXT * LEADING + foot + LEAST_PLOT) + 0.5)
    space = Box(left, foot, WIDTH - MARGIN, height - head)
    plot, labels = _labelled(pen, content, space, edges, rows)
    height += round(plot.frame.top - space.top)
    pen.resize(height)
    _head(pen, content, title, size, height, true)
    _foot(pen, source, disclaimer)
    _steps(pen, content, plot, labels)
    _words(pen, content, plot, labels)
    return pen.figure


def _content(chart: Chart) -> Content:
    data = json.loads(chart.data)
    words = {**WORDS, **{key: value for key, value in data.items() if isinstance(value, str)}}
    steps = tuple(Step(first, last, Decimal(dose)) for first, last, dose in data["steps"])
    ceiling = None if data["ceiling"] is None else Decimal(data["ceiling"])
    tidy = {key: re.sub(r"[ \t\r\n]+", " ", text).strip() for key, text in words.items()}
    return Content(chart.kind, tidy, steps, ceiling)


def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(fname=_FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size=size)


def _edges(content: Content, pen: Pen, left: float) -> tuple[tuple[float, ...], bool, int]:
    """The borders of the steps, whether the days are to scale, and how many rows their labels need."""
    steps, room = content.steps, WIDTH - MARGIN - left
    need = max(pen.width(content.days(step), TEXT) for step in steps)
    value = max(pen.width(content.value(step.dose), VALUE_SIZES[1], True) for step in steps)
    rows = 1 if (need + GAPS[0]) * len(steps) <= room else 2
    need += GAPS[rows - 1] + 2
    closed = [step.last - step.first + 1 for step in steps if step.last is not None]
    wanted = need if len(steps) <= CROWD else max(need, value)
    tail = max(room / len(steps), min(wanted, room / 4)) if content.open else 0.0
    widths, true = _shared(closed, room - tail, need / rows) if closed else ([], True)
    edges = [left]
    for width in [*widths, *([tail] if content.open else [])]:
        edges.append(edges[-1] + width)
    return tuple(edges), true, rows


def _shared(days: Sequence[int], room: float, least: float) -> tuple[list[float], bool]:
    """Widths by the number of days, none below `least` if there is room; and whether all are to scale."""
    least = min(least, room / len(days))
    short: set[int] = set()
    while True:
        long = [index for index in range(len(days)) if index not in short]
        scale = (room - least * len(short)) / max(1, sum(days[index] for index in long))
        below = {index for index in long if days[index] * scale < least - 1e-6}
        if not below:
            return [least if i in short else day * scale for i, day in enumerate(days)], not short
        short |= below


def _scaled(content: Content, space: Box, edges: tuple[float, ...], rows: int, apart: bool) -> Plot:
    """Heights for the doses, with headroom for a label over the highest, and over that for the limit's."""
    bottom = space.bottom + 16 + rows * TEXT * LEADING
    highest = max([step.dose for step in content.steps] + ([content.ceiling] if content.ceiling else []))
    head = VALUE_SIZES[0] * 1.35 + (TEXT * 1.35 if apart else 0)
    per_unit = (space.top - bottom - head) / float(highest) if highest else 0.0
    levels = tuple(bottom + float(step.dose) * per_unit for step in content.steps)
    limit = bottom + float(content.ceiling) * per_unit if content.ceiling else None
    return Plot(space._replace(bottom=bottom), edges, levels, limit, rows, apart)


def _head(pen: Pen, content: Content, title: Sequence[str], size: float, height: float, true: bool) -> None:
    """Title, the unit of the steps, and the status in a frame at the right."""
    y = height - MARGIN + 4 - ASCENT * size
    for line in title:
        pen.write(MARGIN, y, line, size, bold=True)
        y -= size * LEADING
    y += size * LEADING - TEXT * 1.65
    unit = f"{content.words['unit']} {content.words['chart_per_day']}"
    pen.write(MARGIN, y, unit if true else f"{unit}, {content.words['chart_not_to_scale']}", TEXT, SOFT)
    status = content.words["status"]
    left = WIDTH - MARGIN - 14 - pen.width(status, SMALL, True)
    box = FancyBboxPatch(
        (left - 4, y - 6),
        WIDTH - MARGIN - 6 - left,
        SMALL * 0.98,
        boxstyle="round,pad=10,rounding_size=12",
        facecolor="none",
        edgecolor=INK,
        linewidth=2.5,
    )
    pen.add(box)
    pen.write(left, y, status, SMALL, bold=True)


def _foot(pen: Pen, source: Sequence[str], disclaimer: Sequence[str]) -> None:
    """The source and the disclaimer under a thin rule."""
    y = MARGIN + (len(source) + len(disclaimer)) * SMALL * LEADING - 4
    pen.line([(MARGIN, y), (WIDTH - MARGIN, y)], FAINT, 1.5)
    y -= SMALL * 1.25
    for line in source:
        pen.write(MARGIN, y, line, SMALL)
        y -= SMALL * LEADING
    for line in disclaimer:
        pen.write(MARGIN, y, line, SMALL, SOFT)
        y -= SMALL * LEADING


def _steps(pen: Pen, content: Content, plot: Plot, labels: Labels) -> None:
    """The line of the steps, the area below it, the limit, and dots where not every step is labelled."""
    colour, tint = COLOURS.get(content.kind, COLOURS["titration"])
    frame, points = plot.frame, plot.path
    pen.area([(points[0][0], frame.bottom), *points, (points[-1][0], frame.bottom)], tint)
    for i in range(1, len(plot.levels) if len(plot.levels) <= CROWD else 0):
        lower = min(plot.levels[i - 1], plot.levels[i])
        pen.line([(plot.edges[i], frame.bottom), (plot.edges[i], lower)], PAPER, 2.5)
    pen.line([(frame.left, frame.bottom), (frame.right, frame.bottom)], SOFT, 2)
    for edge in plot.edges:
        pen.line([(edge, frame.bottom), (edge, frame.bottom - 9)], SOFT, 2)
    if plot.limit is not None:
        pen.line([(frame.left, plot.limit), (frame.right, plot.limit)], LIMIT, 4, (3.5, 2.5))
    for label in (*labels.values, *labels.days):
        if label.leader:
            pen.line(
                [(label.leader.left + 1, label.leader.bottom), (label.leader.left + 1, label.leader.top)],
                SOFT,
                2,
            )
    pen.line(points, colour, LINE)
    if content.open:
        x, y = points[-1]
        pen.area([(x - 4, y + 15), (x + 16, y), (x - 4, y - 15)], colour)
    for index in labels.picked if len(labels.picked) < len(content.steps) else ():
        pen.add(Line2D([plot.middle(index)], [plot.levels[index]], marker="o", markersize=15, color=colour))


def _words(pen: Pen, content: Content, plot: Plot, labels: Labels) -> None:
    """The words of the plot."""
    for label in labels.values:
        pen.write(label.x, label.y, label.text, label.size, bold=True)
    for label in labels.days:
        pen.write(label.x, label.y, label.text, label.size)
    if labels.limit:
        pen.write(labels.limit.x, labels.limit.y, labels.limit.text, labels.limit.size, LIMIT, True)
    pen.write(MARGIN, plot.row(0), content.words["chart_days"], TEXT, SOFT)


def _labelled(pen: Pen, content: Content, space: Box, edges: tuple[float, ...], rows: int) -> tuple[Plot, Labels]:
    """The layout that labels most steps: all, or at even distances as many as stay clear of each other."""
    count = len(content.steps)
    extras = TALLER if count <= CROWD else TALLER[:1]
    plots = [
        _scaled(content, space._replace(top=space.top + extra), edges, row, apart)
        for extra in extras
        for row in range(1, rows + 1)
        for apart in ((False, True) if content.ceiling else (False,))
    ]
    for picked, way in _choices(count):
        for plot in plots if len(picked) == count else plots[: len(plots) // len(extras)]:
            labels = _fitted(pen, content, plot, picked, way)
            if labels:
                return plot, labels
    return plots[0], Labels((), [], [], None)


def _fitted(pen: Pen, content: Content, plot: Plot, picked: tuple[int, ...], way: Way) -> Labels | None:
    """All labels of the picked steps, or None when they do not fit."""
    limit = _limit_label(pen, content, plot)
    if plot.limit is not None and limit is None:
        return None
    days = _day_labels(pen, content, plot, picked)
    values = _value_labels(pen, content, plot, picked, limit, way) if days else None
    return Labels(picked, values, days, limit) if days and values else None


def _limit_label(pen: Pen, content: Content, plot: Plot) -> Label | None:
    """What the dashed line is: at the line where that is clear of the steps, or apart, above everything."""
    if content.ceiling is None or plot.limit is None:
        return None
    words, frame = content.words, plot.frame
    text = f"{words['chart_maximum']} {content.value(content.ceiling)} {words['chart_per_day']}"
    width = pen.width(text, TEXT, True)
    sides = (max(MARGIN, min(frame.left, frame.right - width)), max(MARGIN, frame.right - width))
    if plot.apart:
        return _label(sides[0], frame.top - ASCENT * TEXT, text, TEXT, width)
    heights = (plot.limit + 12 + DESCENT * TEXT, plot.limit - 12 - ASCENT * TEXT)
    places = [_label(x, y, text, TEXT, width) for y in heights for x in sides]
    return next((p for p in places if _free(p, plot, plot.obstacles, ())), None)


def _choices(count: int) -> Iterator[tuple[tuple[int, ...], Way]]:
    """All steps, then every second and so on, always with the first and the last; at worst the last."""
    every = tuple(range(count))
    for way in (Way(), Way(under=True), Way(under=True, lifted=True)):
        yield every, way
    for way in (Way(lifted=True), Way(under=True, lifted=True)):
        for stride in STRIDES:
            picked = every[::stride]
            if picked[-1] != count - 1 and len(picked) > 1:
                yield (*picked, count - 1), way
                picked = picked[:-1]
            yield (*picked, *every[-1:]) if picked[-1] != count - 1 else picked, way
    yield every[-1:], Way(under=True, lifted=True)


def _day_labels(pen: Pen, content: Content, plot: Plot, picked: Sequence[int]) -> list[Label] | None:
    """Day ranges under the steps in one row or two; None when they do not fit."""
    found: list[Label] = []
    for count, index in enumerate(picked):
        text, middle, row = content.days(content.steps[index]), plot.middle(index), count % plot.rows
        width = pen.width(text, TEXT)
        x = min(max(middle - width / 2, plot.frame.left), plot.frame.right - width)
        label = _label(x, plot.row(row), text, TEXT, width)
        if row:
            label = replace(label, leader=Box(middle - 1, label.box.top + TIGHT, middle + 1, plot.frame.bottom))
        if any(_close(label, other, GAPS[plot.rows - 1]) for other in found):
            return None
        found.append(label)
    return found


def _close(one: Label, other: Label, gap: float) -> bool:
    """Whether the days of two steps run into each other."""
    pairs = ((one, other), (other, one))
    return one.box.meets(other.box, gap) or any(a.leader and a.leader.meets(b.box) for a, b in pairs)


def _value_labels(
    pen: Pen, content: Content, plot: Plot, picked: Sequence[int], limit: Label | None, way: Way
) -> list[Label] | None:
    """Values at their steps, in the largest type that keeps them clear of all else; None when none does."""
    lines = plot.obstacles
    if plot.limit is not None:
        lines.append(Box(plot.frame.left, plot.limit - 2, plot.frame.right, plot.limit + 2))
    upwards = sorted(picked, key=lambda index: plot.levels[index])
    every = len(picked) == len(content.steps)
    for size in VALUE_SIZES:
        found = list[Label]()
        for index in upwards:
            text = content.value(content.steps[index].dose)
            places = _places(plot, index, text, size, pen.width(text, size, True), way)
            free = (p for p in places if _free(p, plot, lines, [limit, *found] if limit else found))
            place = next((p for p in free if not (every and _alien(p, index, plot, way))), None)
            if place is None:
                break
            found.append(place)
        else:
            return found
    return None


def _free(label: Label, plot: Plot, lines: Sequence[Box], others: Sequence[Label]) -> bool:
    """Whether a label lies within the frame, clear of lines and of other labels with their leaders."""
    box, leader = label.box, label.leader
    if box.bottom <= plot.frame.bottom + 2 or box.top > plot.frame.top:
        return False
    if any(box.meets(line) or (leader and leader.meets(line, 1)) for line in lines):
        return False
    return not any(one.meets(two) for other in others for two in other.boxes for one in label.boxes)


def _alien(label: Label, index: int, plot: Plot, way: Way) -> bool:
    """Whether the label could be read as that of another step."""
    box, over = label.box, ALIEN_FAR if way.under else ALIEN_OVER
    return any(
        box.left < plot.edges[i + 1]
        and plot.edges[i] < box.right
        and level - ALIEN_UNDER < box.top
        and box.bottom < level + over
        for i, level in enumerate(plot.levels)
        if i != index
    )


def _places(plot: Plot, index: int, text: str, size: float, width: float, way: Way) -> Iterator[Label]:
    """Over the step in its middle or where the line leaves room, then under it, then higher on a leader."""
    (left, right), level, middle = plot.edges[index : index + 2], plot.levels[index], plot.middle(index)
    turn = 1 if plot.levels[-1] < plot.levels[0] else -1
    aside = LINE / 2 + CLEAR + 1
    sides = [left + aside, right - width - aside][::turn]
    ends = [middle - aside, middle + aside - width][::turn]
    over, below = level + LINE / 2 + 9 + DESCENT * size, level - LINE / 2 - 9 - ASCENT * size
    centre, wide = middle - width / 2, width > right - left
    places = [(x, over + lift) for lift in LIFTS if lift <= NEAR for x in _led(centre, sides, wide)]
    if way.under:
        places += [(x, below) for x in _led(centre, sides[::-1], wide)]
    if way.lifted:
        places += [(x, over + lift) for lift in LIFTS if lift > NEAR for x in (centre, *ends)]
    for x, y in places:
        label = _label(min(max(x, plot.frame.left), plot.frame.right - width), y, text, size, width)
        if y > over + NEAR:
            foot = level + LINE / 2 + TIGHT + 1
            label = replace(label, leader=Box(middle - 1, foot, middle + 1, label.box.bottom))
        if y <= over + NEAR or label.box.left < middle < label.box.right:
            yield label


def _led(centre: float, sides: Sequence[float], wide: bool) -> list[float]:
    return [*sides, centre] if wide else [centre, *sides]


def _label(x: float, y: float, text: str, size: float, width: float) -> Label:
    return Label(x, y, text, size, Box(x, y - DESCENT * size, x + width, y + ASCENT * size))
