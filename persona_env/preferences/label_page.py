"""The page on which people label, in a browser on this machine alone; made with Gradio.

Replies are shown as plain text, whatever they hold, and nothing is loaded from elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.preferences.labelling import Answer, Labelling, Shown

HOST = "127.0.0.1"
QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1",
}  # fmt: skip
"""What keeps Gradio, and what it builds on, from reporting home."""
BUTTONS: tuple[tuple[Answer, str, str], ...] = (
    ("left", "Left is better", "1"), ("right", "Right is better", "2"),
    ("same", "The same", "3"), ("both_bad", "Both are bad", "4"),
)  # fmt: skip
KEYS = {
    "1": "left", "a": "left", "2": "right", "b": "right", "3": "same", "4": "both_bad",
    "u": "undo", "s": "skip",
}  # fmt: skip
"""What a key presses."""
SCRIPT = """<script>
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const at = event.target;
  if (at.matches && at.matches("input, textarea") && !at.disabled && !at.readOnly) return;
  const name = KEYS[event.key.toLowerCase()];
  if (name) { event.preventDefault(); document.getElementById("label-" + name)?.click(); }
});
</script>"""
FONTS = ["system-ui", "sans-serif"]


def gradio() -> Any:
    """The library, told to report nothing; or what to do where it is missing."""
    os.environ.update(QUIET)  # it reads them when it is imported, and later
    try:
        return import_module("gradio")
    except ImportError as error:
        raise PersonaEnvError("'label' needs 'gradio': pip install 'persona_env[web]'") from error


def serve(labelling: Labelling, name: str, port: int = 7860, *, browser: bool = True) -> None:
    """Serve the page until it is interrupted; ``name`` labels, unless the address or the page names
    another: ``http://127.0.0.1:7860/?name=bo``.

    Raises :class:`PersonaEnvError` without Gradio, and where the port is taken.
    """
    library = gradio()
    page = label_page(labelling, name)
    look = library.themes.Default(font=FONTS, font_mono=["monospace"])  # no fonts from elsewhere
    keys = "{" + ", ".join(f"'{key}': '{button}'" for key, button in KEYS.items()) + "}"
    try:
        page.launch(
            server_name=HOST, server_port=port, inbrowser=browser, share=False, quiet=True,
            theme=look, head=SCRIPT.replace("KEYS", keys, 1), footer_links=[], run_history=False,
            enable_monitoring=False, mcp_server=False, ssr_mode=False, pwa=False, strict_cors=True,
            allowed_paths=[], prevent_thread_lock=False,
        )  # fmt: skip
    except OSError as error:
        raise PersonaEnvError(
            f"cannot serve on port {port} of {HOST}: give another by --port ({error})"
        ) from error


def label_page(labelling: Labelling, name: str) -> Any:
    """The page as Gradio's blocks."""
    library = gradio()
    with library.Blocks(title="Which reply is better?", analytics_enabled=False) as page:
        with library.Row():
            who = library.Textbox(name, label="Labeller", elem_id="label-who", max_lines=1)
            how_far = library.Textbox(label="Progress", elem_id="label-progress")
        # The answer names the pair that its page shows, which the browser therefore holds.
        pair = library.Textbox(visible="hidden", elem_id="label-pair")
        texts = _texts(library)
        buttons = {
            said: library.Button(f"{text} ({key})", elem_id=f"label-{said}")
            for said, text, key in BUTTONS
        }
        with library.Row():
            skip = library.Button("Skip (s)", elem_id="label-skip")
            undo = library.Button("Undo (u)", elem_id="label-undo")
    steps = _Steps(labelling)
    outputs = [how_far, pair, *texts]
    named = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    with page:
        page.load(steps.load(library.Request, name), [], [who, *outputs], **named)
        who.submit(steps.show, [who], outputs, **named)
        who.blur(steps.show, [who], outputs, **named)
        for said, button in buttons.items():
            button.click(steps.answering(said), [who, pair], outputs, **named)
        skip.click(steps.skip, [who, pair], outputs, **named)
        undo.click(steps.undo, [who], outputs, **named)
    return page


def _texts(library: Any) -> list[Any]:
    """The fields for the user, the prompt and the two replies: texts that nothing interprets."""

    def field(label: str, name: str, lines: int) -> Any:
        return library.Textbox(
            label=label, elem_id=f"label-text-{name}", lines=lines, max_lines=25, interactive=False
        )

    user, prompt = field("The user", "user", 1), field("What was said", "prompt", 2)
    with library.Row():
        replies = [field("Left (1 or A)", "left", 6), field("Right (2 or B)", "right", 6)]
    return [user, prompt, *replies]


class _Steps:
    """What the page's buttons do: each returns the progress, the pair and its texts."""

    def __init__(self, labelling: Labelling) -> None:
        self.labelling = labelling

    def load(self, request_type: Any, default: str) -> Callable[..., tuple[str, ...]]:
        """Of a page that is loaded: the name is that of its address, if it has one."""

        def loaded(request: Any) -> tuple[str, ...]:
            who = str(dict(request.query_params).get("name") or default)
            return who, *self.show(who)

        loaded.__annotations__["request"] = request_type  # by which Gradio hands it over
        return loaded

    def show(self, who: str) -> tuple[str, ...]:
        """What is to be labelled next."""
        try:
            return self._texts(who, self.labelling.next(who))
        except ArgumentError as error:
            return str(error), "", "", "", "", ""

    def answering(self, said: Answer) -> Callable[[str, str], tuple[str, ...]]:
        """The step of a button that says this."""

        def step(who: str, pair: str) -> tuple[str, ...]:
            if pair:
                self.labelling.answer(who, pair, said)
            return self.show(who)

        return step

    def skip(self, who: str, pair: str) -> tuple[str, ...]:
        """Leave the pair, and show another."""
        if pair:
            self.labelling.skip(who, pair)
        return self.show(who)

    def undo(self, who: str) -> tuple[str, ...]:
        """Show the last pair again, without its label."""
        back = self.labelling.undo(who)
        return self.show(who) if back is None else self._texts(who, back)

    def _texts(self, who: str, found: Shown | None) -> tuple[str, ...]:
        labelled, skipped, left = self.labelling.progress(who)
        told = f"{labelled} labelled, {left} left" + f", {skipped} skipped" * bool(skipped)
        if found is None:
            return f"{told}: nothing is left to label", "", "", "", "", ""
        return told, found.candidates.id, found.user, found.prompt, *found.replies


def address(port: int, name: str) -> str:
    """Where a labeller of this name finds the page."""
    from urllib.parse import quote

    return f"http://{HOST}:{port}/?name={quote(name)}"
