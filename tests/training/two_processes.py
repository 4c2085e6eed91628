"""What each of two processes of test_distributed.py does, told by torchrun's variables: ``two_processes.py CONFIG FOLDER``."""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from lstm_core.errors import ComputationFailed
from lstm_core.runs import RunDirectory
from lstm_core.training.checkpoint import weights_of
from lstm_core.training.config import config_from_json
from lstm_core.training.distributed import joined
from lstm_core.training.loop import train
from lstm_core.training.prepare import prepare, read_prepared
from lstm_core.training.reporter import Listener
from lstm_core.training.trainer import Trainer


def first_gradients(trainer):
    """The gradients of the first batch by name, those of used rows at their places in the whole table."""
    used, said = trainer._gradients(*next(trainer._batches()))
    names = {id(parameter): name for name, parameter in trainer.network.named_parameters()}
    found = {names[id(one)]: one.grad for one in trainer.optimizer.dense}
    for part in used:
        for table, rows in zip(part.tables, part.rows, strict=True):
            whole = torch.zeros_like(table)
            whole[part.ids] = 0.0 if rows.grad is None else rows.grad
            found[names[id(table)]] = whole
    return {**{name: value.contiguous() for name, value in found.items()}, "said": torch.tensor(said)}


def main(given, folder):
    torch.set_num_threads(1)
    base = config_from_json(json.loads(Path(given).read_text(encoding="utf-8")))
    with joined() as team:
        for loss in ("softmax", "sampled"):
            config = base.model_copy(update={"loss": loss})
            run = RunDirectory(folder / f"{loss}-run")
            list(train(run, config, team=team))
            work = RunDirectory(folder / loss)
            if team.leads:
                prepare(work, config, tick=lambda fraction: None)
            team.tell({})
            trainer = Trainer(work, config, read_prepared(work, config), reporter=Listener(work), team=team)
            save_file(first_gradients(trainer), folder / f"{loss}-gradients-{team.rank}.safetensors")
            trainer.state = None
            list(trainer.steps())
            save_file(weights_of(trainer.network), folder / f"{loss}-weights-{team.rank}.safetensors")
        state = torch.arange(10.0).view(1, 5, 2)
        mine, _ = team.part(5)
        told = {
            "tell": team.tell({"왕": [1, None]} if team.leads else None),
            "agree": team.agree(*((1.5, True) if team.leads else (9.0, 9.0))),
            "all_can": [team.all_can(True), team.all_can(team.leads), team.all_can(False)],
            "gathered": team.gathered(state[:, mine], 5).flatten().tolist(),
        }
        try:
            team.compare([torch.tensor([1.0 + team.rank])])
        except ComputationFailed:
            told["compare"] = "differ"
        (folder / f"told-{team.rank}.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
