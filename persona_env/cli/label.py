"""``label``: a page on this machine on which people say which of two replies is better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from persona_env.cli.show import say
from persona_env.preferences.label_page import address, gradio, serve
from persona_env.preferences.labelling import Labelling, checked_name
from persona_env.preferences.store import ComparisonStore


def label(
    file: Annotated[Path, typer.Argument(help="A store that 'persona-env collect' made (.db).")],
    *,
    name: Annotated[str, typer.Option(help="Who labels: a name or pseudonym.")],
    labels: Annotated[
        int, typer.Option(min=1, help="How many labellers are to see each pair.")
    ] = 1,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the page, on 127.0.0.1.")
    ] = 7860,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Label pairs of replies in a browser: better, the same, both bad."""
    who = checked_name(name)
    gradio()
    with ComparisonStore.there(file) as store:
        labelling = Labelling(store, labels)
        done = labelling.progress(who)
        say(f"{file}: {done.labelled} labelled by {who}, {done.left} left")
        say(f"label at {address(port, who)} (another labeller: ?name=ANOTHER); end with Ctrl+C")
        serve(labelling, who, port, browser=browser)
