"""The batch interface as it must stay: keys, kinds, errors in place, states of threads and persons."""

import hashlib
import io
import json
from typing import Any

import jsonschema
import pytest

from bot.asking import Asked, Conversations
from bot.jsonl import START, Batch, schema
from bot.presses import read
from tests.loaded import shipped


def run(*lines: dict[str, Any] | str) -> tuple[list[dict[str, Any]], bool]:
    """What comes out for these lines, and whether a line failed."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    batch, out = Batch(Conversations(shipped())), io.StringIO()
    batch.run(io.StringIO(text), out)
    return [json.loads(line) for line in out.getvalue().splitlines()], batch.failed


def test_every_line_out_fits_the_published_schema() -> None:
    said = [
        "baclofen dose?",
        "max?",
        "baclofn",
        "hello",
        "",
        "tizanidine max",
        "is 25 mg ok",
        "zzz qqq",
        "why",
        "/drugs",
        "baclofen max",
        "/fhir",
    ]
    out, failed = run(*({"thread": "a", "text": text} for text in said))
    assert not failed
    validator = jsonschema.Draft202012Validator(schema()["output"])
    for line in out:
        validator.validate(line)
    for text in said:
        jsonschema.validate({"thread": "a", "text": text}, schema()["input"])


def test_files_are_named_with_the_hash_of_their_content() -> None:
    out, _ = run({"thread": "a", "text": "oral baclofen max"}, {"thread": "a", "text": "/fhir"})
    assert out[0]["files"] == []
    (file,) = out[1]["files"]
    assert file["name"] == "baclofen-dosage.json"
    talk = Conversations(shipped())
    talk.ask(Asked("a", "oral baclofen max", START))
    (document,) = talk.ask(Asked("a", "/fhir", START)).rendered.files
    assert file["sha256"] == hashlib.sha256(document.content).hexdigest()
    assert {source["id"] for source in out[1]["sources"]} <= {source["id"] for source in out[0]["sources"]}


def test_bad_lines_answer_in_their_place_and_the_rest_goes_on() -> None:
    out, failed = run(
        {"thread": "a", "text": "baclofen max"},
        "{not json",
        "",
        {"thread": "a"},
        {"thread": "a", "text": "x", "colour": "red", "role": "king"},
        {"thread": "a", "text": "renal?", "reply_to": "nobody"},
        {"thread": "a", "text": "max?"},
    )
    assert failed
    assert [line["kind"] for line in out] == ["answer", "error", "error", "error", "error", "answer"]
    assert [line["line"] for line in out if line["kind"] == "error"] == [2, 4, 5, 6]
    assert "missing key 'text'" in out[2]["error"]
    assert "colour" in out[3]["error"]
    assert "physician" in out[3]["error"]


def test_two_persons_in_one_thread_never_share_a_drug_or_a_patient() -> None:
    """Known failures E12, E13 and E19."""
    out, _ = run(
        {"thread": "g", "user": "a", "text": "baclofen dose, 70 kg"},
        {"thread": "g", "user": "b", "text": "max?"},
        {"thread": "h", "user": "a", "text": "max?"},
        {"thread": "g", "user": "a", "text": "max?"},
    )
    assert [line["kind"] for line in out] == ["answer", "ask_back", "ask_back", "answer"]
    assert "patient" not in out[1]["context"]
    assert "patient" not in out[2]["context"]
    assert out[3]["context"]["patient"]["weight"] == {"value": "70", "unit": "kg"}


def test_an_edit_is_answered_from_the_state_before_it() -> None:
    out, _ = run(
        {"thread": "a", "text": "baclofen dose"},
        {"thread": "a", "id": "q", "text": "intrathecal?"},
        {"thread": "a", "edit_of": "q", "text": "max?"},
    )
    assert out[1]["context"]["route"] == "intrathecal"
    assert "route" not in out[2]["context"]


def test_a_reply_starts_from_the_answer_it_replies_to() -> None:
    out, _ = run(
        {"thread": "a", "id": "q", "text": "intrathecal baclofen dose"},
        {"thread": "a", "text": "tizanidine dose"},
        {"thread": "a", "reply_to": "q", "text": "max?"},
    )
    assert out[2]["drugs"] == ["baclofen"]
    assert out[2]["context"]["route"] == "intrathecal"


def test_patient_values_last_15_minutes_and_the_drug_30() -> None:
    out, _ = run(
        {"thread": "a", "text": "baclofen dose, 70 kg", "at": "2026-03-01T12:00:00+00:00"},
        {"thread": "a", "text": "max?", "at": "2026-03-01T12:14:00+00:00"},
        {"thread": "a", "text": "max?", "at": "2026-03-01T12:16:00+00:00"},
        {"thread": "a", "text": "max?", "at": "2026-03-01T12:47:00+00:00"},
    )
    assert "patient" in out[1]["context"]
    assert "patient" not in out[2]["context"]
    assert out[2]["kind"] == "answer"
    assert out[3]["kind"] == "ask_back"


def test_every_button_of_an_answer_brings_back_what_it_names() -> None:
    """Known failure E12: "Geriatric use" wired to the paediatric answer."""
    first, _ = run({"thread": "a", "text": "baclofen dose"})
    for row in first[0]["buttons"]:
        for button in row:
            order = read(button["data"], button["data"][:4])
            assert order is not None
            if order.kind != "ask" or order.population or order.page > 1:
                continue
            out, _ = run({"thread": "a", "text": "", "press": button["data"]})
            assert out[0]["intents"] == list(order.intents)
            assert out[0]["drugs"] == ["baclofen"]
            if order.route:
                assert out[0]["context"]["route"] == order.route


@pytest.mark.parametrize("data", ["", "nonsense", "0000|a|renal|baclofen", "0000|a|gone|baclofen", "|||", "0000|x|9"])
def test_a_button_from_before_an_upgrade_says_so(data: str) -> None:
    out, failed = run({"thread": "a", "text": "", "press": data or "?"})
    assert not failed
    assert "before an upgrade" in out[0]["plain"][0]
