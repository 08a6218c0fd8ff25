"""A day table → a calendar file: one all-day entry for each step, nothing of any person in it."""

from datetime import date, datetime, timedelta
from hashlib import sha256

from bot.dosing.plan import Plan
from bot.rendering.lint import plain_text, violations
from bot.rendering.marks import clean
from bot.rendering.rendered import Document
from bot.rendering.views import View


def calendar_file(plan: Plan, view: View, at: datetime, withheld: list[str]) -> Document:
    """The plan from the day of the turn on (UTC); an entry whose line breaks a rule is left out and named."""
    # Takes a tenth of a second to import, and few answers end in a calendar.
    from icalendar import Calendar, Event

    fact = plan.facts[0]
    drug, route = fact.drug, view.w("routes", fact.at.route)
    calendar = Calendar()
    calendar.add("prodid", "-//Dosethread//plan//EN")
    calendar.add("version", "2.0")
    remarks = _remarks(plan, view)
    for step, (label, days, dose, pieces) in zip(plan.steps, view.plan_rows(plan), strict=True):
        line = f"{drug} {route}: {dose}"
        if broken := violations(line):
            withheld.append(f"{','.join(broken)}: {fact.id}")
            continue
        entry = Event()
        entry.add("uid", sha256(f"{fact.id} {step.first} {line} {at.date()}".encode()).hexdigest()[:32])
        entry.add("dtstamp", at)
        entry.add("dtstart", _day(at.date(), step.first))
        entry.add("dtend", _day(at.date(), (step.last or step.first) + 1))
        entry.add("summary", _plain(line))
        entry.add("description", "\n".join(_plain(words) for words in (f"{label} {days}", pieces, *remarks) if words))
        calendar.add_component(entry)
    name = f"{drug.replace(' ', '-')}-{plan.kind}.ics"
    return Document(name, "text/calendar", calendar.to_ical())


def _remarks(plan: Plan, view: View) -> tuple[str, ...]:
    """What stands under every entry: the source, whose steps they are, status and disclaimer."""
    fact = plan.facts[0]
    named = f"{view.whose(fact)}: {fact.source.title}, {fact.source.version}"
    source = f"{named}; {fact.source.link}" if fact.source.link else named
    worked_out = view.w("phrases", "calendar_worked_out") if plan.worked_out else ""
    status = view.standing(min(plan.facts, key=lambda one: one.status))
    return (source, worked_out, status, view.w("phrases", "calendar_end"))


def _day(first: date, number: int) -> date:
    return first + timedelta(days=number - 1)


def _plain(words: str) -> str:
    return plain_text(clean(str(words))).strip()
