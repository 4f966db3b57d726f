"""Read params/ into models; every problem is reported with its file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from halfsky.plan.errors import ParameterError, PlanError, Problem, tr
from halfsky.plan.models import Departments, DomainFile, Plan, PlanFile, Region, Unit
from halfsky.plan.paths import params_dir
from halfsky.plan.yaml_text import compose, construct

Model = TypeVar("Model", bound=BaseModel)
Lines = dict[tuple[str | int, ...], int]

DEFAULT_PLAN = "jiutai_2021_2030"


def read_yaml(path: Path) -> tuple[Any, yaml.Node | None]:
    """A YAML file's content, and the node tree in which lines_of() finds its lines.

    Raises:
        PlanError: the file is missing, is not YAML, or states a key twice.
    """
    name = _shown(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PlanError(
            Problem(
                what=tr("文件打不开", "cannot be opened") + f" ({error.strerror})",
                hint=tr("请检查文件名和位置。", "Check its name and place."),
                file=name,
            )
        ) from error
    except UnicodeDecodeError as error:
        raise PlanError(
            Problem(
                what=tr("不是 UTF-8 编码", "is not UTF-8"),
                hint=tr("请另存为 UTF-8。", "Save it as UTF-8."),
                file=name,
            )
        ) from error
    try:
        node = compose(text)
        # Before the content is made: that resolves merges, and a merged key may be overridden.
        repeated = list(_repeated_keys(node, name))
        content = construct(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PlanError(
            Problem(
                what=tr("不是有效的 YAML：", "is not valid YAML: ")
                + str(getattr(error, "problem", None) or error),
                hint=tr("请检查该行的缩进和冒号。", "Check indentation and colons there."),
                file=name,
                row=mark.line + 1 if mark else None,
            )
        ) from error
    if repeated:
        raise PlanError(repeated)
    return content, node


def _repeated_keys(node: yaml.Node | None, name: str) -> Iterator[Problem]:
    """Keys that stand twice in one mapping, which YAML forbids and PyYAML overlooks."""
    if isinstance(node, yaml.MappingNode):
        # A list or mapping as key is for construct() to refuse.
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        names = [key.value for key in keys]
        for place, key in enumerate(keys) if len(set(names)) < len(names) else ():
            if key.value in names[:place]:
                yield Problem(
                    what=tr(f"键“{key.value}”写了两次", f"key '{key.value}' stands twice"),
                    hint=tr("请删去其中一个。", "Remove one of them."),
                    file=name,
                    row=key.start_mark.line + 1,
                )
        below = [value for _, value in node.value]
    else:
        below = node.value if isinstance(node, yaml.SequenceNode) else []
    for value in below:
        if not isinstance(value, yaml.ScalarNode):
            yield from _repeated_keys(value, name)


def lines_of(node: yaml.Node | None, path: tuple[str | int, ...] = ()) -> Lines:
    """The line of every key path of a node tree."""
    if node is None:
        return {}
    lines: Lines = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines |= lines_of(value, (*path, key.value))
            lines[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines |= lines_of(value, (*path, index))
    return lines


def _shown(path: Path) -> str:
    """A path as messages show it: from the project folder where it lies there."""
    try:
        return path.resolve().relative_to(params_dir().resolve().parent).as_posix()
    except ValueError:
        return str(path)


def _line_of(lines: Lines, location: tuple[str | int, ...]) -> int | None:
    """The line of a key path, else of its nearest parent."""
    for end in range(len(location), -1, -1):
        if location[:end] in lines:
            return lines[location[:end]]
    return None


def parse(model: type[Model], path: Path) -> Model:
    """One YAML file as a model; read once in a process, and again where it was edited.

    Raises:
        PlanError: with one problem per wrong or missing key, each with its line.
    """
    path = path.absolute()
    return cast(Model, _parse(model, path, _stamp(path)))


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is edited."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)  # reading it says what is wrong
    return (status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _parse(model: type[BaseModel], path: Path, stamp: tuple[int, int]) -> BaseModel:
    del stamp  # part of the cache key only
    content, node = read_yaml(path)
    try:
        return model.model_validate(content if content is not None else {})
    except ValidationError as error:
        lines = lines_of(node)
        raise PlanError([_problem(e, lines, _shown(path)) for e in error.errors()]) from error


def _problem(error: Any, lines: Lines, name: str) -> Problem:
    location = tuple(error["loc"])
    key = str(location[-1]) if location else ""
    kinds = {
        "missing": tr(f"缺少“{key}”", f"'{key}' is missing"),
        "extra_forbidden": tr(f"不认识的键“{key}”", f"unknown key '{key}'"),
    }
    what = kinds.get(error["type"]) or error["msg"]
    hints = {
        "missing": tr("请补上这一项。", "Add it."),
        "extra_forbidden": tr("请检查拼写，或删去。", "Check its spelling or remove it."),
    }
    hint = hints.get(error["type"]) or tr("请改正这一项。", "Correct it.")
    shown = error.get("input")
    value = "" if isinstance(shown, dict | list | tuple) or shown is None else str(shown)[:80]
    return Problem(
        what=what,
        hint=hint,
        file=name,
        row=_line_of(lines, location),
        column=".".join(str(part) for part in location),
        value=value,
    )


@lru_cache(maxsize=8)
def _load_plan(folder: Path, stamps: tuple[tuple[str, tuple[int, int]], ...]) -> Plan:
    del stamps  # part of the cache key only: an edited plan is checked again
    info = parse(PlanFile, folder / "plan.yaml")
    domains = tuple(parse(DomainFile, folder / f"{name}.yaml") for name in info.domains)
    duties = parse(Departments, folder / "departments.yaml")
    plan = Plan(info=info, domains=domains, duties=duties)
    problems = _cross_check(plan, folder)
    if problems:
        raise PlanError(problems)
    return plan


def load_plan(plan: str = DEFAULT_PLAN) -> Plan:
    """A plan by its folder name under params/plan/.

    Raises:
        ParameterError: no such plan. PlanError: its files are wrong.
    """
    folder = params_dir() / "plan" / plan
    if not isinstance(plan, str) or not (folder / "plan.yaml").is_file():
        known = sorted(p.parent.name for p in (params_dir() / "plan").glob("*/plan.yaml"))
        raise ParameterError(
            Problem(
                what=tr(f"没有名为“{plan}”的规划", f"no plan named '{plan}'"),
                hint=tr("可用的规划：", "Plans: ") + "、".join(known),
                column="plan",
                value=str(plan),
            )
        )
    stamps = tuple((path.name, _stamp(path)) for path in sorted(folder.glob("*.yaml")))
    return _load_plan(folder.absolute(), stamps)


def _cross_check(plan: Plan, folder: Path) -> list[Problem]:
    """What no single file can know: ids unique, references resolved."""
    problems: list[Problem] = []

    def add(domain: str, what: str, value: str, hint: str) -> None:
        name = _shown(folder / f"{domain}.yaml")
        line = _find_line(folder / f"{domain}.yaml", value)
        problems.append(Problem(what=what, hint=hint, file=name, row=line, value=value))

    twice = tr("编号重复", "id stands twice")
    rename = tr("请改用不重复的编号。", "Give it an id of its own.")
    for domain in plan.domains:
        ids = [i.id for i in domain.indicators] + [g.id for g in domain.goals]
        ids += [t.id for g in domain.goals for t in g.targets] + [m.id for m in domain.measures]
        for repeated in _repeated(ids):
            add(domain.domain, twice, repeated, rename)
        for number, goal in enumerate(domain.goals, start=1):
            if goal.id != f"{domain.domain}-{number}":
                add(
                    domain.domain,
                    tr("目标编号不连续", "goal ids are not in order"),
                    goal.id,
                    tr(f"应为 {domain.domain}-{number}。", f"Expected {domain.domain}-{number}."),
                )
        for number, measure in enumerate(domain.measures, start=1):
            if measure.id != f"{domain.domain}-m{number}":
                add(
                    domain.domain,
                    tr("措施编号不连续", "measure ids are not in order"),
                    measure.id,
                    tr(f"应为 {domain.domain}-m{number}。", f"Expected {domain.domain}-m{number}."),
                )
    everywhere = [i.id for d in plan.domains for i in d.indicators]
    for repeated in _repeated(everywhere):
        add(plan.domain_of_indicator[repeated], twice, repeated, rename)

    unknown = tr("引用了不存在的编号", "refers to an id that does not exist")
    fix = tr("请检查拼写，或先定义它。", "Check its spelling or define it first.")
    for goal, target in plan.each_target():
        for name in (
            target.indicator,
            target.reference_indicator,
            target.population_indicator,
        ):
            if name is not None and name not in plan.indicators:
                add(goal.domain, unknown, name, fix)
        if not target.id.startswith(goal.id + "-"):
            add(
                goal.domain,
                tr("指标编号应以目标编号开头", "a target's id begins with its goal's"),
                target.id,
                rename,
            )
        if target.measure is not None and target.measure not in plan.measures:
            add(goal.domain, unknown, target.measure, fix)
    for indicator in plan.indicators.values():
        for known, named in ((plan.goals, indicator.goal), (plan.indicators, indicator.whole)):
            if named is not None and named not in known:
                add(plan.domain_of_indicator[indicator.id], unknown, named, fix)
    for measure in plan.measures.values():
        for served in measure.serves:
            if served not in plan.goals:
                add(measure.domain, unknown, served, fix)
    duties = plan.duties
    registered = set(duties.departments)
    for kind, assigned, expected in (
        ("goals", duties.goals, set(plan.goals)),
        ("measures", duties.measures, set(plan.measures)),
        ("targets", duties.targets, None),
    ):
        if expected is not None:
            for missing in sorted(expected - set(assigned)):
                add("departments", tr("没有责任部门", "has no department"), missing, fix)
        for key, duty in assigned.items():
            if key not in (expected if expected is not None else plan.targets):
                add("departments", unknown, key, fix)
            for name in (duty.lead, *duty.support):
                if name not in registered:
                    add(
                        "departments",
                        tr(f"{kind} 中有未登记的部门", "unknown department"),
                        name,
                        fix,
                    )
    return problems


def _repeated(ids: Iterable[str]) -> list[str]:
    return sorted(key for key, times in Counter(ids).items() if times > 1)


def _find_line(path: Path, value: str) -> int | None:
    """The last line that holds a value as a whole word: the later of two is the one to correct."""
    found = None
    if not path.is_file():
        return None
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if value in line.replace(":", " ").replace(",", " ").split() or f" {value}" in line:
            found = number
    return found


class _Regions(BaseModel):
    model_config = {"extra": "forbid"}
    regions: tuple[Region, ...]


def load_regions() -> dict[str, Region]:
    """params/regions.yaml by region id."""
    path = params_dir() / "regions.yaml"
    regions = parse(_Regions, path).regions
    repeated = _repeated(r.id for r in regions)
    if repeated:
        raise PlanError(
            Problem(
                what=tr("地区编号重复", "region id stands twice"),
                hint=tr("请改用不重复的编号。", "Give it an id of its own."),
                file=_shown(path),
                row=_find_line(path, repeated[0]),
                value=repeated[0],
            )
        )
    return {region.id: region for region in regions}


def load_region(region: str) -> Region:
    """One region.

    Raises:
        ParameterError: it is not in params/regions.yaml.
    """
    regions = load_regions()
    if region not in regions:
        known = "、".join(f"{r.id}（{r.short}）" for r in regions.values())
        raise ParameterError(
            Problem(
                what=tr(f"没有名为“{region}”的地区", f"no region named '{region}'"),
                hint=tr("可用的地区：", "Regions: ") + known,
                column="region",
                value=str(region),
            )
        )
    return regions[region]


class _Units(BaseModel):
    model_config = {"extra": "forbid"}
    units: tuple[Unit, ...]


def load_units() -> dict[str, Unit]:
    """params/units.yaml by label."""
    return {u.label: u for u in parse(_Units, params_dir() / "units.yaml").units}
