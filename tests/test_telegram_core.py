"""The whole bot as it is started by `make run`, once through a conversation."""

import json
from pathlib import Path

from fhir.resources.dosage import Dosage

from tests.botapi import BotApi
from tests.edge.running import WITHIN, running
from tests.loaded import CACHE, shipped


def test_from_the_first_hello_to_a_stopped_process(api: BotApi, tmp_path: Path) -> None:
    shipped()
    ann = api.user(1)
    with running(api, tmp_path, core=True, CACHE_DIR=str(CACHE)) as bot:
        api.say("/start", ann)
        api.wait(1, WITHIN)
        asked = api.say("what is the maximum dose of baclofen?", ann)
        gate = api.wait(2, WITHIN)[1]
        assert gate.reply_to == asked.message_id
        api.press(gate, gate.buttons[0]["callback_data"], ann)
        answer = api.wait(3, WITHIN)[2]
        assert "maximum" in answer.text
        assert "Status: " in answer.text
        api.say("and in renal failure?", ann)
        assert "kidney" in api.wait(4, WITHIN)[3].text
        bot.until("SELECT count(*) FROM answers WHERE facts != '[]'", (2,))
        query = api.inline("baclofen max dose", ann)
        cards = api.wait_call("answerInlineQuery", 1, WITHIN)[0]
        assert cards.params["inline_query_id"] == query.query_id
        assert "Status: " in str(cards.params["results"])
        api.say("/fhir", ann)
        text, document = api.wait(6, WITHIN)[4:]
        assert "baclofen-dosage.json" in text.text
        assert document.file is not None
        assert (document.kind, document.file.name) == ("document", "baclofen-dosage.json")
        assert document.file.mime == "application/json"
        found = json.loads(document.file.content)
        assert found
        for dosage in found:
            Dosage.model_validate(dosage)
        assert bot.stop()[0] == 0
    assert api.refusals == []
    assert not any(sent.dropped for sent in api.sent)
