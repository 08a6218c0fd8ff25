"""The command line: run, chat, ask, check. Heavy parts are imported only by the command that needs them."""

import gc
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.documents import DocumentCache, FaultyDocuments

if TYPE_CHECKING:
    from bot.dosing.formulary import Formulary
    from bot.settings import Settings
    from bot.world import Loaded

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
SECOND_KEYINGS = Path("tests") / "dosing"
SCORECARD = Path("tests") / "scorecard"
README = Path("README.md")


@app.command()
def run() -> None:
    """Run the Telegram bot; without a token, chat in the terminal."""
    settings = _settings()
    if not settings.telegram_bot_token.get_secret_value():
        typer.echo("TELEGRAM_BOT_TOKEN is not set: this is a chat in the terminal instead.", err=True)
        raise typer.Exit(_chat(settings))
    from bot.telegram.application import run as run_telegram

    raise typer.Exit(run_telegram(settings, _loaded(settings)))


@app.command()
def chat() -> None:
    """Chat in the terminal with the same answers; buttons are numbered choices."""
    raise typer.Exit(_chat(_settings()))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="One question.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line, in and out.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of both sides.")] = False,
    fhir: Annotated[
        bool, typer.Option("--fhir", help="Print the answer's doses as a JSON list of FHIR R5 Dosage.")
    ] = False,
) -> None:
    """Answer one question, or with --jsonl one JSON object a line from standard input."""
    from bot import jsonl as batches
    from bot.asking import Asked, Conversations

    if schema:
        import json

        typer.echo(json.dumps(batches.schema(), indent=2))
        return
    settings = _settings()
    conversations = Conversations(_loaded(settings), settings.locale)
    if jsonl:
        batch = batches.Batch(conversations)
        batch.run(sys.stdin, sys.stdout)
        raise typer.Exit(2 if batch.failed else 0)
    if question is None:
        raise typer.BadParameter("give a QUESTION, or --jsonl with questions on standard input")
    exchange = conversations.ask(Asked("ask", question, batches.START))
    if fhir:
        exchange = conversations.ask(Asked("ask", "/fhir", batches.START))
        for document in exchange.rendered.files:
            typer.echo(document.content, nl=False)
        if not exchange.rendered.files:
            typer.echo("[]")
            typer.echo(exchange.rendered.plain[0], err=True)
        return
    typer.echo("\n\n".join(exchange.rendered.plain))


@app.command()
def check(
    keyings: Annotated[bool, typer.Option("--keyings", help="List how the two keyings differ.")] = False,
    titles: Annotated[bool, typer.Option("--titles", help="List sources whose title does not name the drug.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Write what both keyings agree on.")] = False,
) -> None:
    """Validate every data file and cross-reference; every fault at once with file and place."""
    from bot import checks
    from bot.dosing.loading import AGREED

    settings = _settings()
    cache = DocumentCache(settings.cache_dir)
    faults = list(checks.faults_of_data(cache, _formulary(settings)))
    if not faults and SECOND_KEYINGS.is_dir():
        found, keying_faults = checks.compare_keyings(cache, SECOND_KEYINGS)
        faults += keying_faults
        if record and not faults:
            text = checks.new_record(cache, found, datetime.now(UTC).date().isoformat())
            Path(AGREED).write_text(text, encoding="utf-8")
        else:
            faults += checks.stale_record(cache, found)
        for one in found:
            counts = ", ".join(f"{verdict} {one.counts[verdict]}" for verdict in sorted(one.counts))
            typer.echo(f"{one.drug.name}: {counts}")
            if keyings:
                for comparison in one.comparisons:
                    if comparison.verdict != "equal":
                        typer.echo(f"  {comparison.verdict}: {comparison.fact.id} ({comparison.fact.place})")
    if titles and not faults:
        for note in checks.notes_on_titles(cache):
            typer.echo(f"look at {note}")
    for fault in faults:
        typer.echo(str(fault), err=True)
    typer.echo(f"{len(faults)} faults" if faults else "no faults")
    raise typer.Exit(1 if faults else 0)


@app.command()
def scorecard(
    folder: Annotated[Path, typer.Argument(help="The test questions.")] = SCORECARD,
    write: Annotated[bool, typer.Option("--write", help="Write the table into README.md.")] = False,
) -> None:
    """Measure how well questions are understood, on sets that no example utterance was written from."""
    from bot.scorecard import report
    from bot.scorecard.running import run
    from bot.scorecard.sets import load_sets

    world = _loaded(_settings()).world
    try:
        sets = load_sets(folder, world.catalogue.intents, world.knowledge.by_name)
    except FaultyDocuments as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    found = run(world, sets, lambda what: typer.echo(what, err=True))
    typer.echo(report.written(found))
    typer.echo(f"\nConfused most often (clean):\n{report.confusions(found)}")
    if write:
        README.write_text(report.replaced(README.read_text(encoding="utf-8"), report.written(found)), encoding="utf-8")


@app.command()
def yardstick(folder: Annotated[Path, typer.Argument(help="Holds the files of CLINC150, BANKING77, HWU64.")]) -> None:
    """Run the matcher on public sets of questions, from a folder that their files were put into."""
    from bot.scorecard import yardsticks

    sets = list(yardsticks.found_in(folder))
    if not sets:
        typer.echo(f"{folder}: nothing found; looked for: {yardsticks.found_in.__doc__}", err=True)
        raise typer.Exit(2)
    for one in sets:
        typer.echo(str(yardsticks.measured(one, lambda what: typer.echo(what, err=True))))


def _chat(settings: "Settings") -> int:
    from bot.chat import Terminal

    return Terminal(_loaded(settings), settings.locale, sys.stdin, sys.stdout).run()


def _settings() -> "Settings":
    from bot.settings import FaultySettings, load_settings

    try:
        return load_settings()
    except FaultySettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _formulary(settings: "Settings") -> "Formulary | None":
    from bot.dosing.formulary import Formulary

    return Formulary(settings.formulary_path, settings.operator) if settings.formulary_path else None


def _loaded(settings: "Settings") -> "Loaded":
    from bot.world import load

    def say_so() -> None:
        typer.echo("Preparing facts and questions (first start after a change, some twenty seconds) ...", err=True)

    try:
        loaded = load(settings.cache_dir, settings.patient_specific, _formulary(settings), say_so)
    except FaultyDocuments as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    gc.freeze()
    gc.enable()
    if loaded.complaint:
        typer.echo(f"note: {loaded.complaint}", err=True)
    return loaded


def main() -> None:
    """The entry point. Nothing is garbage while everything is being loaded, so nothing is collected until then."""
    gc.disable()
    # numpy's helper threads gain nothing on rows as short as ours, and starting them costs as much as numpy itself.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()
