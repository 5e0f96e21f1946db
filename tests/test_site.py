"""The site: it builds without a warning, has every public name, loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import persona_env

pytest.importorskip("furo", reason="the site needs: pip install --group docs")
pytest.importorskip("myst_parser", reason="the site needs: pip install --group docs")

ROOT = Path(__file__).parents[1]
LOADS = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?([^"'\s>]+)"""
    r"""|<link\b(?=[^>]*\brel=["']?(?:stylesheet|icon|preload|preconnect))[^>]*\bhref=["']?([^"'\s>]+)"""
    r"""|@import\s+(?:url\()?["']?([^"')\s]+)|\burl\(["']?([^"')]+)"""
)


def build(source: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    strict = ["--fail-on-warning", "--keep-going", "--quiet"]
    where = ["-d", str(out.with_name("doctrees")), "-c", str(ROOT / "docs"), str(source), str(out)]
    command = [sys.executable, "-m", "sphinx", *strict, *options, *where]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "html"
    done = build(ROOT, out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.slow
def test_every_page_is_on_the_site_and_in_its_navigation(site):
    front = (site / "index.html").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f'href="docs/{page.stem}.html' in front, page.name
        assert (site / "docs" / f"{page.stem}.html").is_file()
    for name in ("CONTRIBUTING.html", "CHANGELOG.html", "docs/api/commands.html"):
        assert f'href="{name}"' in front


@pytest.mark.slow
def test_every_public_name_has_its_entry(site):
    text = (site / "docs" / "api" / "persona_env.html").read_text("utf-8")
    for name in persona_env.__all__:
        assert f'id="persona_env.{name}"' in text, name


@pytest.mark.slow
def test_no_page_loads_anything_from_elsewhere(site):
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(files) > 60
    for file in files:
        for found in LOADS.findall(file.read_text("utf-8")):
            assert not re.match("https?:|//", "".join(found)), (file.name, found)


@pytest.mark.parametrize("link", ["gone.md", "here.md#gone"])
def test_a_link_that_leads_nowhere_ends_the_build(tmp_path, link):
    source = tmp_path / "source"
    source.mkdir()
    (source / "here.md").write_text(f"# Here\n\n[there]({link})\n", "utf-8")
    plain = ["-D", "extensions=myst_parser", "-D", "root_doc=here", "-D", "html_theme=alabaster"]
    plain += ["-D", "html_math_renderer=mathjax"]
    assert "gone" in (done := build(source, tmp_path / "html", *plain)).stderr
    assert done.returncode
    (source / "here.md").write_text("# Here\n\n[there](here.md#here)\n", "utf-8")
    assert build(source, tmp_path / "html", *plain).returncode == 0
