"""A plan → the data of its picture; the drawing itself happens later and elsewhere."""

import json
from collections.abc import Callable

from bot.documents import content_key
from bot.dosing.plan import Plan
from bot.rendering.figures import unit_words
from bot.rendering.lint import plain_text
from bot.rendering.marks import clean
from bot.rendering.rendered import Chart
from bot.rendering.views import View
from bot.reply import Block


def chart_of(block: Block, view: View, say: Callable[[str], str], caption: str) -> Chart:
    """The picture of a block's plan; its key is the hash of all that will be drawn."""
    plan = block.plan
    if plan is None:
        raise ValueError("a block without a plan has no picture")
    data = json.dumps(_drawn(block, plan, view, say), sort_keys=True)
    return Chart(plan.kind, content_key([data.encode()]), data, clean(caption).strip())


def _drawn(block: Block, plan: Plan, view: View, say: Callable[[str], str]) -> dict[str, object]:
    fact = plan.facts[0]
    source = fact.source
    whose = plain_text(clean(view.whose(fact)))
    return {
        "title": f"{block.drug.name} {view.w('routes', block.route)}: {view.w('plans', plan.kind)}",
        "unit": unit_words(plan.steps[0].per_day.unit, True, view.locale),
        "steps": [(step.first, step.last, str(step.per_day.high)) for step in plan.steps],
        "ceiling": str(plan.ceiling.high) if plan.ceiling else None,
        "source": f"{clean(say('chart_worked_out')).strip() + ' ' if plan.worked_out else ''}"
        f"{source.title}, {source.version} ({whose})",
        "status": min(one.status for one in plan.facts).words,  # the source's line names a local policy's operator
        **{key: clean(say(key)) for key in ("chart_days", "chart_disclaimer", "chart_per_day")},
    }
