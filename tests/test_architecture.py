"""Who may import whom, read from the imports; and what else keeps the house in order."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEAVES = {"errors", "registry", "normalize", "options", "files", "locks"}
# room -> what it may import of lstm_core besides the leaves and itself; None: everything
MAY = {
    **{leaf: set() for leaf in LEAVES},
    "text": set(),
    "table": set(),
    "projection": {"table"},
    "lesson": {"table", "text"},
    "runs": {"table", "text.vocabulary"},
    "model": {"text"},
    "inside": {"text", "runs", "model.generation", "model.objectives"},
    "series": set(),
    "demos": {"runs"},
    "training": {"model", "text", "runs", "series", "demos"},
    "figures": {"table", "projection"},
    "cli": None,
    "__main__": None,
    "__init__": None,
}
TORCH_ROOMS = {"model", "training"}
TORCH = {"torch", "safetensors.torch"}
LINES = 300


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


CORE = sources("lstm_core")
SHOWN = [ROOT / "app.py", *sources("ui", "pages")]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return family(path.relative_to(ROOT / "lstm_core").with_suffix("").parts[0])


def family(module: str) -> str:
    """The room a module of lstm_core belongs to: cli_*.py are the command line, run_*.py are about runs."""
    first, *rest = module.split(".")
    room = "cli" if first.startswith("cli") else "runs" if first.startswith("run_") else first
    return ".".join([room, *rest])


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CORE, ids=names)
def test_a_room_imports_only_what_it_may(path):
    room = room_of(path)
    assert room in MAY, f"say in MAY what {room} may import"
    allowed = MAY[room]
    if allowed is None:
        return
    wanted = {family(name.removeprefix("lstm_core.")) for name in imports(path) if name.startswith("lstm_core.")}
    good = {room, *LEAVES, *allowed}
    assert [name for name in sorted(wanted) if not any(name == each or name.startswith(each + ".") for each in good)] == []


@pytest.mark.parametrize("path", CORE, ids=names)
def test_the_core_knows_no_page_and_no_network_outside_its_rooms(path):
    found = set(imports(path))
    assert not any(name.split(".")[0] in ("streamlit", "ui", "pages", "app") for name in found)
    if room_of(path) not in TORCH_ROOMS:
        assert not any(name == each or name.startswith(each + ".") for name in found for each in TORCH)


@pytest.mark.parametrize("path", SHOWN, ids=names)
def test_no_page_imports_a_page_and_none_imports_torch(path):
    found = set(imports(path))
    assert not any(name.split(".")[0] in ("pages", "app", "torch") for name in found)


@pytest.mark.parametrize("path", [*CORE, *SHOWN, ROOT / "run.py", *sources("benchmarks", "models", "tests")], ids=names)
def test_a_file_can_be_read_in_one_sitting(path):
    most = LINES if "tests" not in path.parts else LINES + 50
    assert len(path.read_text(encoding="utf-8").splitlines()) <= most


@pytest.mark.parametrize("path", [*CORE, *SHOWN, ROOT / "run.py"], ids=names)
def test_a_function_is_short(path):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = [node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.end_lineno - node.lineno >= 60]
    assert long == []


@pytest.mark.parametrize("path", [*CORE, *SHOWN], ids=names)
def test_nothing_is_evaluated_unpickled_or_swallowed(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not calls & {
        "eval",
        "exec",
        "pickle.load",
        "pickle.loads",
        "pickle.dump",
        "np.random.seed",
        "torch.load",
        "os.system",
    }
    assert not any(isinstance(node, ast.ExceptHandler) and node.type is None for node in ast.walk(tree))
    if path in CORE and room_of(path) != "cli":
        assert "print" not in calls


def test_opening_the_app_imports_no_torch(in_worlds):
    visit = (
        "import sys; sys.path.insert(0, '.')\n"
        "import ui.serve\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        "assert not app.exception, app.exception\n"
        "for page in ('analogy', 'similar', 'lesson', 'lstm', 'compare', 'evaluate', 'train', 'tables', 'map'):\n"
        "    assert not app.switch_page(f'pages/{page}.py').run().exception, page\n"
        "assert app.title, 'nothing was drawn'\n"
        "print('torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", visit], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.stdout.strip().splitlines()[-1:] == ["False"], done.stderr[-2000:]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_private_place():
    private = re.compile(rb"/(?:home|Users|root|work)/[A-Za-z0-9._-]+/|[A-Z]:\\\\Users\\\\")
    text = [path for path in tracked() if path.suffix in (".py", ".md", ".toml", ".json", ".txt", ".js", ".css", ".yml", "")]
    assert len(text) > 40
    assert [names(path) for path in text if private.search(path.read_bytes())] == []


def test_the_rules_are_checked_against_something(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from lstm_core.text import corpus\n    import torch.nn\n")
    assert set(imports(wrong)) == {"lstm_core.text", "lstm_core.text.corpus", "torch.nn"}
