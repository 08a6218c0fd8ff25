"""Charts of day plans: all words in the picture, nothing cut off or covered, the same bytes each time."""

import hashlib
import json
import os
import struct
import subprocess
import sys
import warnings
from collections.abc import Sequence

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from bot.rendering.charts import HEIGHT, WIDTH, draw, figure
from bot.rendering.rendered import Chart

Step = tuple[int, int | None, str]
NB = "\u00a0"
DISCLAIMER = "For healthcare professionals. Verify before use; does not replace clinical judgement."
SOURCE = "Zelmorane tablet, label text (dosage), 2024-03-01 (US label)"
LONG_SOURCE = (
    "Consensus statement of the invented society for invented disorders on starting, raising, tapering and "
    "stopping zelmorane in adults and in children aged 4 years and over: an update with $5 and $6 notes, "
    "https://example.org/" + "a-very-long-address" * 6 + ", undated (Guideline)"
)


def chart(
    steps: Sequence[Step],
    kind: str = "titration",
    unit: str = "mg",
    ceiling: str | None = None,
    source: str = SOURCE,
    **more: str,
) -> Chart:
    data = {
        "title": f"zelmorane oral: {kind} plan",
        "unit": unit,
        "steps": steps,
        "ceiling": ceiling,
        "source": source,
        "status": "Under review",
        "chart_days": "Day",
        "chart_per_day": "per day",
        "chart_disclaimer": DISCLAIMER,
        **more,
    }
    return Chart(kind, "key", json.dumps(data, sort_keys=True), "caption")


def steps(doses: Sequence[object], days: int | Sequence[int] = 7, stays: bool = True) -> list[Step]:
    lengths = [days] * len(doses) if isinstance(days, int) else days
    rows, day = list[Step](), 1
    for dose, length in zip(doses, lengths, strict=True):
        rows.append((day, day + length - 1, str(dose)))
        day += length
    if stays:
        rows[-1] = (rows[-1][0], None, rows[-1][2])
    return rows


CHARTS = {
    "usual": chart(steps([15, 30, 45, 60], 3), ceiling="80"),
    "reaches_ceiling": chart(steps([15, 30, 45, 80], 3, stays=False), ceiling="80"),
    "above_ceiling": chart(steps([20, 40, 60, 90], 3), ceiling="80"),
    "one": chart(steps([5])),
    "one_at_ceiling": chart(steps([5]), ceiling="5"),
    "only_none": chart(steps([0]), "taper"),
    "taper": chart(steps([40, 30, 20, 10, 0]), "taper"),
    "taper_12": chart(steps(range(55, -1, -5)), "taper"),
    "sixty_down": chart(steps(range(295, -1, -5)), "taper"),
    "sixty_micrograms": chart(steps(range(1475, -1, -25)), "taper", "micrograms"),
    "sixty_up": chart(steps([f"{n / 2:g}" for n in range(1, 61)], 3), ceiling="40"),
    "sixty_wild": chart(steps([n * 37 % 50 + 10 for n in range(60)], 1), ceiling="80"),
    "micrograms": chart(steps([500, 750, 1000, 1500, 2000]), unit="micrograms", ceiling="2000"),
    "uneven_micrograms": chart(
        steps([50, 100, 150, 250, 500, 1000, 1500], [3, 3, 3, 7, 7, 7, 7]), unit="micrograms", ceiling="1500"
    ),
    "mcg": chart(steps(range(50, 1050, 50), 2), unit="mcg", ceiling="1000"),
    "far_ceiling": chart(steps([25, 50, 75, 100], 3), unit="micrograms", ceiling="1500"),
    "by_weight": chart(steps(["0.25", "0.5", "0.75", "1.125", "2"]), unit="mg per kg", ceiling="2.5"),
    "uneven": chart(steps([5, 10, 15, 20, 40], [1, 1, 1, 28, 28]), ceiling="80"),
    "long_source": chart(steps([5, 10, 20]), ceiling="1E+2", source=LONG_SOURCE),
    "long_title": chart(
        steps([5, 10]),
        title="zelmoranehydrochlorotestamide with mirazoltestine oromucosal spray: titration plan",
    ),
}
NAMES = pytest.mark.parametrize("name", CHARTS)


def words(name: str) -> list[str]:
    return [text.get_text() for text in figure(CHARTS[name]).texts]


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def boxes(made: Figure) -> dict[str, Bbox]:
    canvas = made.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    return {f"{i} {text.get_text()}": text.get_window_extent(renderer) for i, text in enumerate(made.texts)}


@NAMES
def test_a_png_of_phone_size(name: str) -> None:
    png = draw(CHARTS[name])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.endswith(b"IEND\xaeB`\x82")
    width, height = size(png)
    assert width == WIDTH == 1080
    assert HEIGHT == 810 <= height <= 1300
    assert len(png) < 300_000


@pytest.mark.parametrize("name", ["usual", "one", "taper", "sixty_down", "sixty_up", "micrograms", "only_none"])
def test_the_usual_height(name: str) -> None:
    assert size(draw(CHARTS[name])) == (1080, 810)


@NAMES
def test_words_are_neither_cut_off_nor_on_top_of_each_other(name: str) -> None:
    made = figure(CHARTS[name])
    height = made.get_figheight() * made.dpi
    found = list(boxes(made).items())
    for i, (text, box) in enumerate(found):
        assert box.x0 >= 30, text
        assert box.x1 <= WIDTH - 30, text
        assert box.y0 >= 20, text
        assert box.y1 <= height - 20, text
        for other, other_box in found[i + 1 :]:
            # Extents hold a line's whole descent; two pixels of it may cross.
            apart = (
                box.x1 <= other_box.x0
                or other_box.x1 <= box.x0
                or box.y1 <= other_box.y0 + 2
                or other_box.y1 <= box.y0 + 2
            )
            assert apart, (text, other)


@NAMES
def test_type_is_large_enough_for_a_phone(name: str) -> None:
    assert all(float(text.get_fontsize()) >= 28 for text in figure(CHARTS[name]).texts)


@NAMES
def test_every_picture_says_what_it_is_and_whose(name: str) -> None:
    data, text = json.loads(CHARTS[name].data), " ".join(words(name))
    for key in ("title", "status", "chart_days", "chart_disclaimer"):
        assert data[key] in text
    assert f"{data['unit']} {data['chart_per_day']}" in text
    assert data["source"].replace(" ", "") in text.replace(" ", "")
    assert ("maximum" in text) == (data["ceiling"] is not None)


@NAMES
def test_first_and_last_steps_are_always_labelled(name: str) -> None:
    rows, said = json.loads(CHARTS[name].data)["steps"], words(name)
    first, last = rows[0], rows[-1]
    for dose in (first[2], last[2]):
        label = "none" if dose == "0" else f"{float(dose):,g}{NB}{json.loads(CHARTS[name].data)['unit']}"
        assert label in said
    assert (f"from{NB}{last[0]}" if last[1] is None else f"{last[0]} to {last[1]}") in said


@pytest.mark.parametrize("name", ["usual", "taper", "taper_12", "micrograms", "by_weight", "uneven"])
def test_all_steps_of_a_short_plan_are_labelled(name: str) -> None:
    data, said = json.loads(CHARTS[name].data), words(name)
    for _, _, dose in data["steps"]:
        assert ("none" if dose == "0" else f"{float(dose):,g}{NB}{data['unit']}") in said


def test_labels_of_a_titration() -> None:
    said = words("usual")
    assert [text for text in said if text.endswith(f"{NB}mg")] == [f"{n}{NB}mg" for n in (15, 30, 45, 60)]
    assert [text for text in said if " to " in text or "from" in text] == [
        "1 to 3",
        "4 to 6",
        "7 to 9",
        f"from{NB}10",
    ]
    assert f"Source’s maximum 80{NB}mg per day" in said


def test_a_taper_goes_down_to_none() -> None:
    said = words("taper")
    assert "none" in said
    assert f"from{NB}29" in said
    assert not any(text.startswith("0") for text in said)


def test_sixty_steps_are_labelled_at_even_distances() -> None:
    values = [int(text.split(NB)[0]) for text in words("sixty_down") if text.endswith(f"{NB}mg")]
    gaps = {abs(a - b) for a, b in zip(sorted(values), sorted(values)[1:], strict=False)}
    assert len(values) >= 5
    assert len(gaps) == 1


@pytest.mark.parametrize(
    ("dose", "label"),
    [
        ("2.50", "2.5"),
        ("0.1", "0.1"),
        ("1E+3", "1,000"),
        ("12345.678", "12,345.678"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1000.0", "1,000"),
        ("999", "999"),
    ],
)
def test_numbers_are_written_from_their_digits(dose: str, label: str) -> None:
    made = figure(chart(steps([dose]), unit="micrograms", ceiling=dose))
    said = [text.get_text() for text in made.texts]
    assert f"{label}{NB}micrograms" in said
    assert f"Source’s maximum {label}{NB}micrograms per day" in said


def test_days_are_marked_when_not_to_scale() -> None:
    assert "mg per day, days not to scale" in words("uneven")
    assert "mg per day" in words("usual")


def test_words_of_another_language_come_with_the_chart() -> None:
    own = {
        "chart_from": "ab",
        "chart_to": "bis",
        "chart_none": "nichts",
        "chart_maximum": "Höchstdosis laut Quelle",
    }
    made = figure(chart(steps([10, 0]), "taper", ceiling="20", chart_source="Quelle", **own))
    said = [text.get_text() for text in made.texts]
    assert {"1 bis 7", f"ab{NB}8", "nichts", f"Höchstdosis laut Quelle 20{NB}mg per day"} <= set(said)
    assert any(text.startswith("Quelle: ") for text in said)


def test_a_source_is_text_and_never_mathematics() -> None:
    made = figure(CHARTS["long_source"])
    assert "$5 and $6" in " ".join(text.get_text() for text in made.texts)
    assert not any(text.get_parse_math() for text in made.texts)


@NAMES
def test_the_ground_is_its_own_and_solid(name: str) -> None:
    *colours, alpha = to_rgba(figure(CHARTS[name]).get_facecolor())
    assert min(colours) > 0.95
    assert alpha == 1


@NAMES
def test_the_same_chart_gives_the_same_bytes(name: str) -> None:
    first = draw(CHARTS[name])
    assert draw(CHARTS[name]) == first
    assert b"tEXt" not in first
    assert b"tIME" not in first


def test_another_process_with_other_settings_gives_the_same_bytes() -> None:
    code = (
        "import sys, hashlib, matplotlib;"
        "matplotlib.rcParams.update({'font.size': 30, 'lines.linewidth': 9});"
        "from bot.rendering.charts import draw; from bot.rendering.rendered import Chart;"
        "print(hashlib.sha256(draw(Chart('titration', 'k', sys.argv[1], 'c'))).hexdigest());"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, CHARTS["usual"].data],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {hashlib.sha256(draw(CHARTS["usual"])).hexdigest() + "\n"}


def test_no_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for one in CHARTS.values():
            figure(one)
