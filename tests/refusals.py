"""The closed list of refusal codes, made from the code: `python -m tests.refusals` writes `docs/refusals.md` for people
and `corps/api/refusals.tsv` for the API's document; with `--check` it says what they lack and exits 1.

A refusal is a code beside its sentence: `TransitionRefused("not-active", _("…"))`, `Result(pk, False, "closed", said)`,
`("case-not-open", _("…"))`, or an entry of one of LISTS. A sentence may stand behind a name or a function.
"""

import ast
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.utils import translation  # noqa: E402
from rest_framework import exceptions  # noqa: E402

import config.urls  # noqa: E402, F401 - whatever the API is made of
from corps.api.base import OWN_PROBLEMS, code_of  # noqa: E402

PROJECT = Path(__file__).resolve().parents[1]
PAPER, TABLE = PROJECT / "docs/refusals.md", PROJECT / "corps/api/refusals.tsv"
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What says no with a code as its argument; where else a code stands before a sentence it has a hyphen.
CALLS = {"TransitionRefused", "Result", "Unavailable", "problem_page"}
# What has a code and a sentence and refuses nothing.
NO_REFUSALS = {"Touched", "ClockError", "register"}
# Lists of codes and their sentences, and what they are about.
LISTS = {
    ("listings/addresses/reasons.py", "REASONS"): "address",
    ("listings/classify.py", "REASONS"): "row",
    ("cases/models/imports.py", "REGISTRY_REASONS"): "row",
    ("listings/sheets/refusals.py", "SENTENCES"): "file",
    ("notices/workflow/guards.py", "BLOCKS"): "act",
}
OF_LISTS = {path for path, _name in LISTS}
PROBLEMS = ("corps/unavailable.py", "corps/views/site.py")
# What is said with these is put together from other sentences.
COMPOSED = {
    ("act", "blocked"): (
        "Which targets stand in the way, and why.",
        "哪些对象受阻以及原因。",
    ),
    ("act", "recipient-gone"): (
        "Why the letter has no recipient any more.",
        "文书为何已无收件人。",
    ),
    ("act", "wrong-row"): (
        "What is wrong with the row of the answer sheet.",
        "回复表中该行的问题。",
    ),
    ("act", "built-on"): (
        "What was done since that rests on it.",
        "其后已有以其为依据的办理。",
    ),
    ("act", "platform-not-registered"): (
        "The platform of this address is not registered.",
        "该网址所属平台尚未登记。",
    ),
}
HEADS = {
    "act": "Acts: code of a 409, and of a row that is refused",
    "problem": "Requests: code of any other problem document",
    "row": "Rows of a sheet",
    "address": "Addresses",
    "file": "Files",
}
HEAD = """# Why something is refused
Every code with which the program says no, and what it says then; `{…}` stands for what differs. A code keeps its
meaning; new ones may come. Made from the code by `python -m tests.refusals`, compared by `make check`.
"""


@dataclass
class Module:
    """A file: what its names stand for, and its functions. path: from the project."""

    path: str
    tree: ast.Module
    top: list[ast.stmt]
    names: dict[str, list[ast.expr]] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)


class Refusals:
    """sentences: kind and code → (English, its plural or "")."""

    def __init__(self, modules: list[Module]) -> None:
        self.sentences: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self.modules = modules
        # Constants, which other modules import by their name.
        self.shared = {
            name: values
            for m in modules
            for name, values in m.names.items()
            if name.isupper()
        }

    def look(self, module: Module) -> None:
        for function in [None, *ast.walk(module.tree)]:
            if function is None or isinstance(function, ast.FunctionDef):
                scopes = [names_in(function.body)] if function else []
                body = function.body if function else module.top
                for node in (
                    each for statement in body for each in ast.walk(statement)
                ):
                    self._look_at(node, [*scopes, module.names, self.shared], module)
        for (path, name), kind in LISTS.items():
            if path == module.path:
                self._list(module, name, kind)

    def _look_at(
        self, node: ast.AST, scopes: list[dict[str, list[ast.expr]]], module: Module
    ) -> None:
        """A call or a tuple in which a code stands before its sentence."""
        match node:
            case ast.Call(
                func=ast.Name(id=callee) | ast.Attribute(attr=callee), args=parts
            ):
                pass
            case ast.Tuple(elts=parts):
                callee = ""
            case _:
                return
        if callee in NO_REFUSALS or not (callee in CALLS or says_no(module.path)):
            return
        pairs = (
            [(parts[3], parts[2])]
            if callee == "problem_page"
            else list(pairwise(parts))
        )
        for first, second in pairs:
            for code in texts_of(first, scopes):
                if CODE.fullmatch(code) and (callee in CALLS or "-" in code):
                    said = self._said(second, scopes, module)
                    self._keep(
                        "problem" if module.path in PROBLEMS else "act", code, said
                    )

    def _list(self, module: Module, name: str, kind: str) -> None:
        for value in module.names.get(name, []):
            if isinstance(value, ast.Dict):
                for key, sentence in zip(value.keys, value.values, strict=True):
                    for code in texts_of(key, [module.names]) if key else ():
                        if code:
                            self._keep(
                                kind, code, self._said(sentence, [module.names], module)
                            )

    def _keep(self, kind: str, code: str, said: list[tuple[str, str]]) -> None:
        self.sentences[kind, code] += said

    def _said(
        self, node: ast.expr, scopes: list[dict[str, list[ast.expr]]], module: Module
    ) -> list[tuple[str, str]]:
        """The sentences that an expression may be."""
        match node:
            case ast.Call(
                func=ast.Name(id="_" | "gettext" | "gettext_lazy"),
                args=[ast.Constant(value=str(text))],
            ):
                return [(text, "")]
            case ast.Call(
                func=ast.Name(id="ngettext" | "ngettext_lazy"), args=[one, many, *_]
            ):
                return [(str(ast.literal_eval(one)), str(ast.literal_eval(many)))]
            case ast.Call(func=ast.Name(id=name)) if name in module.functions:
                within = module.functions[name]
                inner = [names_in(within.body), *scopes[-2:]]
                answers = [
                    each.value
                    for each in ast.walk(within)
                    if isinstance(each, ast.Return) and each.value
                ]
                return [
                    said
                    for answer in answers
                    for said in self._said(answer, inner, module)
                ]
            case ast.Name(id=name):
                at, scope = next(
                    ((at, scope) for at, scope in enumerate(scopes) if name in scope),
                    (0, {}),
                )
                stated = scope.get(name, [])
                # Of what one name stood for in turn, the last before this line.
                before = [
                    value for value in stated if value.lineno <= node.lineno
                ] or stated
                told = (
                    self._said(value, scopes[at + 1 :], module)
                    for value in reversed(before)
                )
                return next(filter(None, told), [])
            case (
                ast.BoolOp()
                | ast.BinOp()
                | ast.IfExp()
                | ast.Call()
                | ast.Dict()
                | ast.Subscript()
            ):
                return [
                    said
                    for child in ast.iter_child_nodes(node)
                    for said in self._said(child, scopes, module)
                ]  # type: ignore[arg-type]
        return []


def texts_of(node: ast.expr, scopes: list[dict[str, list[ast.expr]]]) -> list[str]:
    """The codes that an expression may be."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return texts_of(body, scopes) + texts_of(orelse, scopes)
        case ast.Name(id=name):
            values = next((scope[name] for scope in scopes if name in scope), [])
            return [
                value.value
                for value in values
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            ]
    return []


def names_in(body: list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """What is assigned to each name."""
    names: dict[str, list[ast.expr]] = defaultdict(list)
    for node in (each for statement in body for each in ast.walk(statement)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[name].append(value)
            case ast.Assign(
                targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)
            ):
                for target, value in zip(targets, values, strict=False):
                    if isinstance(target, ast.Name):
                        names[target.id].append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                names[name].append(value)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                names[name].append(value)
    return dict(names)


def says_no(path: str) -> bool:
    """Whether a file may say no otherwise than by a call of CALLS."""
    return "workflow" in path or path.endswith("api.py")


def modules() -> Iterator[Module]:
    """The files of the apps in which something may be refused."""
    for room in settings.LOCAL_APPS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            name, text = (
                str(path.relative_to(PROJECT)),
                path.read_text(encoding="utf-8"),
            )
            if not (
                says_no(name)
                or name in OF_LISTS
                or any(f"{call}(" in text for call in CALLS)
            ):
                continue
            tree = ast.parse(text)
            top = [
                node
                for node in tree.body
                if not isinstance(node, ast.FunctionDef | ast.ClassDef)
            ]
            functions = {
                node.name: node
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef)
            }
            yield Module(name, tree, top, names_in(top), functions)


def collect() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Every code with its kind and its sentences, (English, Chinese). Raises SystemExit for a code without any."""
    found = Refusals(list(modules()))
    for module in found.modules:
        found.look(module)
    said = {
        key: [
            (readable(text), readable(translated(text, plural)))
            for text, plural in dict.fromkeys(sentences)
        ]
        for key, sentences in found.sentences.items()
    }
    for problem in (*vars(exceptions).values(), *OWN_PROBLEMS):
        if isinstance(problem, type) and issubclass(problem, exceptions.APIException):
            told = [
                in_language(problem.default_detail, language)
                for language in ("en", "zh-hans")
            ]
            said.setdefault(
                ("problem", code_of(problem.default_code)), [(told[0], told[1])]
            )
    for key, words in COMPOSED.items():
        if key in said:
            said[key] = [words]
    if silent := [code for (_kind, code), sentences in said.items() if not sentences]:
        sys.exit(
            f"Write the sentence beside its code, or into COMPOSED of {Path(__file__).name}: {', '.join(silent)}"
        )
    return dict(
        sorted(
            said.items(), key=lambda item: (list(HEADS).index(item[0][0]), item[0][1])
        )
    )


def in_language(text: object, language: str) -> str:
    with translation.override(language):
        return str(text)


def translated(text: str, plural: str) -> str:
    with translation.override("zh-hans"):
        return (
            translation.ngettext(text, plural, 1)
            if plural
            else translation.gettext(text)
        )


def readable(text: str) -> str:
    """A sentence with its placeholders as `{…}`, fit for a cell."""
    return re.sub(r"%\((\w+)\)[sd]", r"{\1}", text).replace("%%", "%").replace("|", "/")


def paper(refusals: dict[tuple[str, str], list[tuple[str, str]]]) -> str:
    """The list for people."""
    lines = [HEAD]
    for kind, head in HEADS.items():
        lines += [f"## {head}", "| code | 中文 | English |", "|---|---|---|"]
        for (of, code), sentences in refusals.items():
            if of == kind:
                english, chinese = (
                    "<br>".join(dict.fromkeys(said))
                    for said in zip(*sentences, strict=True)
                )
                lines.append(f"| `{code}` | {chinese} | {english} |")
        lines.append("")
    return "\n".join(lines)


def table(refusals: dict[tuple[str, str], list[tuple[str, str]]]) -> str:
    """The list for programs: code and kind."""
    return "".join(["code\tkind\n", *(f"{code}\t{kind}\n" for kind, code in refusals)])


def main(words: list[str]) -> int:
    """Write both, or with `--check` compare them: 1 if they are not what the code says."""
    refusals = collect()
    made = {PAPER: paper(refusals), TABLE: table(refusals)}
    if words != ["--check"]:
        for path, text in made.items():
            path.write_text(text, encoding="utf-8")
        return 0
    wrong = [
        path
        for path, text in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in wrong:
        print(
            f"{path.relative_to(PROJECT)} is not what the code says: run `python -m tests.refusals`"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
