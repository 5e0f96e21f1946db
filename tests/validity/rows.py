"""Files of invented rows."""

from __future__ import annotations

import json

REFUSES, HELPS = "I cannot help with this.", "Put the kettle on."


def written(folder, *lines, name="mine.jsonl"):
    """A file of JSON lines; texts are written as they are."""
    path = folder / name
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path
