"""halfsky benchmark and halfsky calibrate: forecasts measured on, and learned from, real series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from halfsky.plan.errors import DataError, Problem, tr

if TYPE_CHECKING:
    import pandas as pd

    from halfsky.plan.calibration import Calibration

CHUNK = 25
FOLDS = 6
SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
METHOD = (
    "pool of no change, drift, Theta and damped ETS (sorted changes weighed 1-3-3-1) on the "
    "analysis scale; pooled Student-t regression of the error's size; separate 80 % and 95 % "
    "multipliers; logistic map from share of paths to P(met)"
)
LIMITS = (
    "单个指标的概率可能整体偏高或偏低：留出的指标中，最差的指标平均概率与实现率相差三成左右",
    "小地区的波动数列（瑞典市镇）达标概率的区分度明显低于国家数列",
    "国际模型估计的平滑数列上区间偏宽",
    "学习样本为国家和瑞典市镇的数列，不是中国县区；各地自有数据的滚动检验见报告",
    "未见过政策突变、口径改变和突发事件；未见过少于五个点的规划目标，三、四个点的误差由截短数列学得",
)

SeriesFile = Annotated[
    Path,
    typer.Option(
        "--series",
        metavar="S.csv",
        help=tr("数列文件：series_id, year, value。", "Series: series_id, year, value."),
    ),
]
TasksFile = Annotated[
    Path,
    typer.Option(
        "--tasks",
        metavar="T.csv",
        help=tr("目标文件，每行一个目标。", "Tasks, one target a row."),
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help=tr("并行进程数；默认等于处理器数。", "Processes; default: one per core."),
    ),
]


def register(app: typer.Typer, command: type) -> None:
    """Add `benchmark` and `calibrate` to the command line."""
    app.command(
        "benchmark",
        cls=command,
        help=tr(
            "对一批目标给出达标概率和区间，写成预测文件；与报告用同一套预测。",
            "Answer a file of targets with P(met) and intervals, by the reports' own forecast.",
        ),
    )(benchmark)
    app.command(
        "calibrate",
        cls=command,
        help=tr(
            "由结果已知的真实数列重新学习误差大小和概率校准，写入 params/calibration。",
            "Learn error sizes and probability calibration from series with known outcomes.",
        ),
    )(calibrate)


def benchmark(
    series: SeriesFile,
    tasks: TasksFile,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="P.csv", help=tr("预测写到哪个文件。", "File to write to.")),
    ] = Path("predictions.csv"),
    jobs: Jobs = None,
) -> None:
    """One row per task: task_id, p_met, point, lo80, hi80, lo95, hi95."""
    from functools import partial

    _single_thread()
    from halfsky.evaluate.forecast import benchmark as bench
    from halfsky.plan.calibration import load_calibration

    history, questions = _read(series, tasks, bench.SERIES_COLUMNS, bench.TASK_COLUMNS)
    answer = partial(bench.answer, calibration=load_calibration())
    with _workers(jobs) as spread:
        answers = spread(answer, bench.windows(questions, history))
        predictions = bench.predict(questions, answers)
    predictions.to_csv(out, index=False, encoding="utf-8", lineterminator="\n")
    typer.echo(
        tr(
            f"已回答 {len(predictions)} 个目标，写入 {out}。",
            f"{len(predictions)} targets answered, written to {out}.",
        )
    )


def calibrate(
    series: SeriesFile,
    tasks: TasksFile,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="F.yaml",
            help=tr(
                "写到哪个文件；默认 params/calibration/forecast.yaml。",
                "File to write; default params/calibration/forecast.yaml.",
            ),
        ),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Learn the calibration, score it out of fold, and store it with its provenance."""
    import yaml

    from halfsky.plan.calibration import FILE
    from halfsky.plan.paths import params_dir

    learned, _ = learn_all(series, tasks, jobs)
    place = out or params_dir() / FILE
    place.parent.mkdir(parents=True, exist_ok=True)
    head = (
        "# 由 halfsky calibrate 写成，请勿手改。如何得来、何处不可用：docs/forecast.md。\n"
        "# scores 为按指标留出的成绩；by_country、by_kind 为按国家、按数据种类留出。\n"
    )
    text = yaml.safe_dump(
        learned.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=100
    )
    place.write_text(head + text, encoding="utf-8", newline="\n")
    shown = {name: learned.scores[name] for name in ("brier", "ece", "coverage80", "coverage95")}
    typer.echo(tr(f"校准已写入 {place}：", f"Calibration written to {place}: ") + str(shown))


def learn_all(
    series: Path, tasks: Path, jobs: int | None = None
) -> tuple[Calibration, dict[str, pd.DataFrame]]:
    """The calibration, and the out-of-fold answers by what was held out.

    Returns:
        The calibration with its scores; frames of benchmark.answer_out_of_fold under
        "indicator", "country" and, where the tasks tell it, "kind".
    """
    from datetime import UTC, datetime

    _single_thread()
    import pandas as pd

    from halfsky.evaluate.forecast import benchmark as bench
    from halfsky.evaluate.forecast import learn, scores
    from halfsky.plan.calibration import Calibration, Errors, Probability

    needed = (*bench.TASK_COLUMNS, "indicator", "country")
    history, questions = _read(series, tasks, bench.SERIES_COLUMNS, needed)
    answered = bench.with_outcomes(questions, history)
    with _workers(jobs) as spread:
        pairs = list(spread(learn.all_rows, iter(bench.pasts(answered, history))))
    whole = pd.concat([w.assign(window=k) for k, (w, _) in enumerate(pairs)], ignore_index=True)
    short = pd.concat([s.assign(window=k) for k, (_, s) in enumerate(pairs)], ignore_index=True)
    blank = Errors(spread={}, degrees=3, kappa80={}, kappa95={})
    frame = Calibration(
        date=datetime.now(tz=UTC).date().isoformat(),
        method=METHOD,
        series_sha256=_sha256(series),
        tasks_sha256=_sha256(tasks),
        tasks=len(questions),
        windows=len(pairs),
        indicators=questions["indicator"].nunique(),
        folds=FOLDS,
        scores={},
        limits=LIMITS,
        pool=blank,
        short=blank,
        probability=Probability(intercept=0, slope=1),
    )
    results: dict[str, pd.DataFrame] = {}
    measured: dict[str, float] = {}
    for by in ("indicator", "country", "kind"):
        if by not in answered:
            continue
        windows = bench.asked(answered, history, by)
        groups = [window.group for window in windows]
        folds = min(FOLDS, len(set(groups)))
        rows = (
            bench.regrouped(whole, groups),
            bench.regrouped(short, groups),
        )
        fitted = learn.cross_fit(*rows, windows, frame, folds=folds)
        results[by] = bench.answer_out_of_fold(answered, windows, fitted)
        suffix = "" if by == "indicator" else f"_by_{by}"
        found = scores.summary(results[by])
        measured |= {name + suffix: round(value, 4) for name, value in found.items()}
    learned = learn.learn(whole, short, bench.asked(answered, history), frame)
    return learned.model_copy(update={"scores": measured}), results


def _read(
    series: Path, tasks: Path, series_columns: tuple[str, ...], task_columns: tuple[str, ...]
) -> tuple[Any, pd.DataFrame]:
    from halfsky.evaluate.forecast import benchmark as bench

    figures = _csv(series, series_columns)
    questions = _csv(tasks, task_columns)
    history = bench.histories(figures)
    problems = [
        Problem(
            what=tr("数列文件里没有这个数列", "the series file lacks this series"),
            hint=tr("请核对 series_id。", "Check series_id."),
            file=tasks.name,
            column="series_id",
            value=str(name),
        )
        for name in sorted(set(questions["series_id"].astype(str)) - set(history))
    ]
    wrong = sorted(set(questions["direction"].astype(str)) - set(bench.COMPARATOR))
    problems += [
        Problem(
            what=tr("方向只能是 up 或 down", "direction is up or down"),
            hint=tr("请改正。", "Correct it."),
            file=tasks.name,
            column="direction",
            value=word,
        )
        for word in wrong
    ]
    if questions["task_id"].duplicated().any():
        problems.append(
            Problem(
                what=tr("task_id 有重复", "task_id is repeated"),
                hint=tr("请改正。", "Correct it."),
                file=tasks.name,
                column="task_id",
            )
        )
    if problems:
        raise DataError(problems)
    return history, questions


def _csv(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    try:
        frame = pd.read_csv(path, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise DataError(
            Problem(
                what=tr("文件读不出来", "cannot be read") + f" ({error})",
                hint=tr("请检查文件名和格式（UTF-8 的 CSV）。", "Check its name and format."),
                file=path.name,
            )
        ) from error
    missing = [column for column in columns if column not in frame]
    if missing:
        raise DataError(
            [
                Problem(
                    what=tr("缺这一列", "this column is missing"),
                    hint=tr("请补上。", "Add it."),
                    file=path.name,
                    column=column,
                )
                for column in missing
            ]
        )
    return frame


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def _single_thread() -> None:
    """Matrices here are tiny: threads inside a worker would only fight over the cores.

    Takes effect only before numpy is first imported.
    """
    import os

    for name in SINGLE_THREAD:
        os.environ[name] = "1"


@contextmanager
def _workers(jobs: int | None) -> Iterator[Callable[[Callable, Iterable], Iterator]]:
    """An ordered map over processes; the answers do not depend on how many there are."""
    import os
    from multiprocessing import get_context

    count = jobs or os.cpu_count() or 1
    if count == 1:
        yield map
        return
    with get_context().Pool(count, initializer=_single_thread) as pool:
        yield lambda work, items: pool.imap(work, items, chunksize=CHUNK)
