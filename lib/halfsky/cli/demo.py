"""halfsky demo: the synthetic district's files."""

from pathlib import Path
from typing import Annotated

import typer

from halfsky.plan.errors import tr


def register(app: typer.Typer, command: type) -> None:
    """Add `demo` to the command line."""
    app.command(
        "demo",
        cls=command,
        help=tr(
            "生成合成示范区的数据（合成数据，不代表任何真实地区），写入 data/raw/demo。",
            "Write the synthetic district's data to data/raw/demo; it is no real place.",
        ),
    )(demo)


def demo(
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            metavar="N",
            help=tr("随机种子；同一种子得到同样的数据。", "Random seed; same seed, same data."),
        ),
    ] = 2025,
    townships: Annotated[
        int,
        typer.Option(
            "--townships", metavar="N", help=tr("乡镇、街道数，4—22。", "Townships, 4 to 22.")
        ),
    ] = 12,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help=tr("写到哪个文件夹。", "Folder to write to.")),
    ] = None,
    plan: Annotated[
        str, typer.Option("--plan", metavar="P", help=tr("规划编号。", "Plan id."))
    ] = "jiutai_2021_2030",
) -> None:
    """Write observations.csv, evidence.csv, measures.csv and manifest.json."""
    from halfsky.data.files import replace_file
    from halfsky.demo import REGION, district
    from halfsky.demo.files import to_files
    from halfsky.plan import DataError, Problem, load_plan
    from halfsky.plan.paths import data_dir

    loaded = load_plan(plan)
    made = district(loaded, seed=seed, townships=townships)
    folder = data_dir() / "raw" / REGION if out is None else out
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in to_files(made, loaded).items():
            replace_file(folder / name, content)
    except OSError as error:
        raise DataError(
            Problem(
                what=tr("文件写不进去", "cannot be written") + f" ({error.strerror})",
                hint=tr(
                    "请检查文件夹的写入权限和磁盘空间。",
                    "Check the folder's permissions and the disk's space.",
                ),
                file=str(folder),
            )
        ) from error
    typer.echo(
        tr(
            f"{folder}：{len(made.observations)} 个数值，{len(made.evidence)} 份佐证材料，"
            f"{len(made.measures)} 条措施进展，{len(made.manifest)} 处埋设的情节（合成数据）",
            f"{folder}: {len(made.observations)} figures, {len(made.evidence)} documents, "
            f"{len(made.measures)} measure returns, {len(made.manifest)} planted stories "
            "(synthetic data)",
        )
    )
