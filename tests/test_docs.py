"""What the documents say can be done: every command exists, every link leads somewhere."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from typer.testing import CliRunner

from halfsky.cli import app
from halfsky.notebook import PARAMETERS

ROOT = Path(__file__).resolve().parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DOCUMENTS = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")}
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands(path: Path) -> list[list[str]]:
    """The command lines of a document's sh blocks, split as a shell would."""
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [words for line in joined.splitlines() if (words := shlex.split(line, comments=True))]


@cache
def usage(*words: str) -> str:
    """What `halfsky … --help` prints."""
    done = CliRunner().invoke(app, [*words, "--help"])
    assert done.exit_code == 0, done.output
    return done.stdout


def subcommand(words: list[str]) -> list[str]:
    """The (nested) command of a halfsky line: `plan check`, `run`."""
    found: list[str] = []
    for word in words:
        if word.startswith("-"):
            break
        if not re.search(rf"^\s+{re.escape(word)}(\s|$)", usage(*found), flags=re.MULTILINE):
            break
        found.append(word)
    return found


ALL_COMMANDS = [
    pytest.param(words, id=f"{name_of(path)}: {' '.join(words)}")
    for path in DOCUMENTS
    for words in commands(path)
]


@pytest.mark.parametrize("words", [p for p in ALL_COMMANDS if p.values[0][0] == "halfsky"])
def test_halfsky_commands_exist(words: list[str]) -> None:
    named = subcommand(words[1:])
    assert named or words[1].startswith("-"), f"no such command: {words}"
    printed = usage(*named)
    options = [word.split("=")[0] for word in words if word.startswith("-")]
    assert [o for o in options if not re.search(rf"(^|[\s,]){o}\b", printed)] == []


@pytest.mark.parametrize("words", [p for p in ALL_COMMANDS if p.values[0][0] == "make"])
def test_make_targets_and_variables_exist(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words[1:]:
        name = word.split("=")[0]
        rule = rf"^{name} \?= " if "=" in word else rf"^{name}:"
        assert re.search(rule, makefile, flags=re.MULTILINE), word


@pytest.mark.parametrize("words", [p for p in ALL_COMMANDS if p.values[0][0] == "papermill"])
def test_papermill_lines_name_notebooks_and_parameters(words: list[str]) -> None:
    assert (ROOT / words[1]).is_file()
    given = [words[place + 1] for place, word in enumerate(words) if word == "-p"]
    assert set(given) <= set(PARAMETERS)
    files = [words[place + 1] for place, word in enumerate(words) if word == "-f"]
    assert given or files
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_both_readmes_give_the_same_commands() -> None:
    english, chinese = ({" ".join(words) for words in commands(path)} for path in READMES)
    assert english == chinese
    assert {"make report", "make test", "halfsky run 2025", "pip install -e ."} <= english


def headings(path: Path) -> set[str]:
    """The anchors GitHub makes of a document's headings."""
    lines = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines]
    return set(plain)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        is_inside = target == ROOT or ROOT in target.parents
        if not target.exists() or not is_inside or (anchor and anchor not in headings(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_paths_in_code_words_exist(path: Path) -> None:
    """`lib/…`, `params/…`, `tests/…` between backticks name something that is there."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:lib|params|tests|notebooks|docs)/[^`\s<>*…{}#]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("readme", READMES, ids=name_of)
def test_readme_shows_a_real_report(readme: Path) -> None:
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", readme.read_text(encoding="utf-8"))
    assert len(pictures) >= 2
    assert all(len(alt) > 10 for alt, _ in pictures)


def test_every_picture_is_shown_and_light() -> None:
    texts = "".join(readme.read_text(encoding="utf-8") for readme in READMES)
    shown = set(re.findall(r"\]\((docs/images/[^)]+)\)", texts))
    kept = {name_of(path): path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()}
    assert set(kept) == shown
    assert max(kept.values()) < 300_000


def test_the_list_of_documents_is_complete() -> None:
    listed = re.findall(r"\]\(([\w.]+\.md)[)#]", (ROOT / "docs" / "README.md").read_text("utf-8"))
    assert {"README.md", *listed} == {path.name for path in (ROOT / "docs").glob("*.md")}


def test_environment_variables_are_those_read() -> None:
    """HALFSKY_… names in the documents are read somewhere in lib, tests or .ci."""
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "lib").rglob("*.py"))
    code += (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for path in DOCUMENTS:
        for name in set(re.findall(r"HALFSKY_[A-Z]+(?:_[A-Z]+)*", path.read_text("utf-8"))):
            assert name in code, f"{name_of(path)}: {name}"


def _leaves(tree: dict[str, object], path: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in tree.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            found |= _leaves(value, f"{name}.")
        elif isinstance(value, int | float):
            found[name] = float(value)
    return found


def test_method_lists_every_threshold_with_its_value() -> None:
    tree = yaml.safe_load((ROOT / "params" / "thresholds.yaml").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    printed = re.findall(r"^\| `([\w.]+)` \| ([\d.]+) \|", text, flags=re.MULTILINE)
    assert {name: float(value) for name, value in printed} == _leaves(tree)
