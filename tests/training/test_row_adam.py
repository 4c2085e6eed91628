import pytest
import torch
from torch import nn

from lstm_core.model.rows import UsedRows
from lstm_core.training.row_adam import RowAdamW
from lstm_core.training.row_optimizer import RowAdagrad, RowSGD


def gradient_of(rows, goal):
    ((rows - goal) ** 2).sum().backward()


def learn_side_by_side(ours, table, theirs, plain, *, goal, steps):
    """Let both go towards ``goal``: ours by the first five rows of its table, one of them named twice."""
    for _ in range(steps):
        used = UsedRows(torch.tensor([3, 0, 1, 2, 4, 3]), table)
        gradient_of(used.rows[0], goal)
        ours.update([used])
        theirs.zero_grad()
        gradient_of(plain, goal)
        theirs.step()


def test_a_row_that_is_always_used_is_that_of_torchs_adamw():
    start = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    table, plain, goal = nn.Parameter(start.clone()), nn.Parameter(start.clone()), torch.ones(5, 3)
    table.requires_grad_(False)
    ours = RowAdamW([table], lr=0.05, weight_decay=0.1)
    theirs = torch.optim.AdamW([plain], lr=0.05, weight_decay=0.1)
    learn_side_by_side(ours, table, theirs, plain, goal=goal, steps=40)
    assert torch.allclose(table, plain, atol=1e-5) and not torch.allclose(table, start, atol=0.5)


def test_a_row_that_is_used_now_and_then_goes_the_same_way_and_the_others_stay():
    start = torch.randn(4, 2, generator=torch.Generator().manual_seed(1))
    table, alone, goal = nn.Parameter(start.clone()), nn.Parameter(start[:1].clone()), torch.zeros(1, 2)
    table.requires_grad_(False)
    ours = RowAdamW([table], lr=0.05, weight_decay=0.0)
    theirs = torch.optim.AdamW([alone], lr=0.05, weight_decay=0.0)
    for step in range(30):
        row = 0 if step % 3 == 0 else 2
        used = UsedRows(torch.tensor([row]), table)
        gradient_of(used.rows[0], goal)
        ours.update([used])
        if row == 0:
            theirs.zero_grad()
            gradient_of(alone, goal)
            theirs.step()
    assert torch.allclose(table[:1], alone, atol=1e-6)
    assert torch.equal(table[[1, 3]], start[[1, 3]]) and not torch.equal(table[2], start[2])


def test_used_rows_are_each_there_once_and_found_again():
    bias = torch.arange(10.0)
    used = UsedRows(torch.tensor([[7, 2], [7, 5]]), bias)
    assert used.ids.tolist() == [2, 5, 7] and used.rows[0].tolist() == [2.0, 5.0, 7.0]
    assert used.place(torch.tensor([7, 7, 2])).tolist() == [2, 2, 0]


@pytest.mark.parametrize(
    ("ours", "theirs", "settings"),
    [
        (RowSGD, torch.optim.SGD, {"momentum": 0.9, "weight_decay": 0.1}),
        (RowSGD, torch.optim.SGD, {"momentum": 0.0, "weight_decay": 0.0}),
        (RowAdagrad, torch.optim.Adagrad, {"weight_decay": 0.1}),
    ],
)
def test_other_rules_are_those_of_torch_on_rows_that_are_used(ours, theirs, settings):
    start = torch.randn(6, 3, generator=torch.Generator().manual_seed(2))
    table, plain, goal = nn.Parameter(start.clone(), requires_grad=False), nn.Parameter(start[:5].clone()), torch.ones(5, 3)
    mine, whole = ours([table], lr=0.05, **settings), theirs([plain], lr=0.05, **settings)
    learn_side_by_side(mine, table, whole, plain, goal=goal, steps=20)
    assert torch.allclose(table[:5], plain, atol=1e-6) and not torch.allclose(table[:5], start[:5], atol=0.1)
    assert torch.equal(table[5], start[5])
