"""Answers requests for a turn: one JSON line in, {"case", "n", "seconds"}; one out, {"seconds": median of one call}.

A turn is measured as in Candidate.cs: the first half does not count, and short calls are timed in groups.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.set_flush_denormal(True)
torch.manual_seed(1)


def elementwise(name, n):
    x = torch.rand(n) + 0.5 if name == "log" else torch.rand(n) * 8 - 4
    wide = torch.rand(n, dtype=torch.float64) - 0.5
    above = wide + 1
    other = torch.rand(n)
    return {
        "log_f64": lambda: torch.log(above),
        "log1p_f64": lambda: torch.log1p(wide),
        "max": lambda: torch.max(x),
        "mean": lambda: torch.mean(x),
        "exp": lambda: torch.exp(x),
        "tanh": lambda: torch.tanh(x),
        "sigmoid": lambda: torch.sigmoid(x),
        "log": lambda: torch.log(x),
        "softmax": lambda: torch.softmax(x, 0),
        "sum": lambda: torch.sum(x),
        "add": lambda: torch.add(x, other),
    }[name]


def square(name, n):
    x = torch.rand(n, n)
    row, column = torch.rand(n), torch.rand(n, 1)
    return {
        "sum_dim0": lambda: torch.sum(x, 0),
        "sum_dim1": lambda: torch.sum(x, 1),
        "max_dim0": lambda: torch.amax(x, 0),
        "max_dim1": lambda: torch.amax(x, 1),
        "mean_dim0": lambda: torch.mean(x, 0),
        "mean_dim1": lambda: torch.mean(x, 1),
        "add_row": lambda: x + row,
        "add_column": lambda: x + column,
    }.get(name)


def add_channel(channels):
    x, bias = torch.rand(32, channels, 14, 14), torch.rand(channels, 1, 1)
    return lambda: x + bias


def adam(n):
    p = torch.nn.Parameter(torch.rand(n) - 0.5)
    p.grad = torch.rand(n) - 0.5
    return torch.optim.Adam([p], lr=1e-6).step


def pool(name, n):
    training = name.endswith("train")
    x = (torch.rand(50, 32, 28, 28) - 0.5).requires_grad_(training)
    window = (n, 2, 1) if n else (2,)
    function = F.max_pool2d if name.startswith("max") else F.avg_pool2d
    if not training:
        return lambda: function(x, *window)
    dy = torch.rand(50, 32, 14, 14)

    def both():
        x.grad = None
        function(x, *window).backward(dy)

    return both


def layer_norm(n, training):
    x = (torch.rand(256, n) * 8 - 4).requires_grad_(training)
    dy = torch.rand(256, n) - 0.5
    weight, bias = torch.rand(n).requires_grad_(training), torch.rand(n).requires_grad_(training)
    if not training:
        return lambda: F.layer_norm(x, (n,), weight, bias)

    def both():
        x.grad = weight.grad = bias.grad = None
        F.layer_norm(x, (n,), weight, bias).backward(dy)

    return both


def attention(time):
    heads, features = (128, 32) if time == 64 else (4, 64)
    q, k, v = ((torch.rand(1, heads, time, features) - 0.5).requires_grad_() for _ in range(3))
    dy = torch.rand(1, heads, time, features) - 0.5

    def both():
        q.grad = k.grad = v.grad = None
        weights = torch.softmax(q @ k.transpose(-2, -1) / features**0.5, -1)
        (weights @ v).backward(dy)

    return both


def cross_entropy(classes):
    x = (torch.rand(256, classes) * 8 - 4).requires_grad_()
    labels = torch.randint(0, classes, (256,))

    def both():
        x.grad = None
        F.cross_entropy(x, labels).backward()

    return both


def make(name, n):
    if name == "adam":
        return adam(n)
    if "_pool" in name:
        return pool(name, n)
    if name in ("layer_norm", "layer_norm_train"):
        return layer_norm(n, name.endswith("train"))
    if name == "attention":
        return attention(n)
    if name == "cross_entropy":
        return cross_entropy(n)
    if name == "add_channel":
        return add_channel(n)
    if name.startswith("add_") or "_dim" in name:
        return square(name, n)
    return elementwise(name, n)


def turn(call, seconds):
    begin = now = time.perf_counter()
    calls = 0
    while calls == 0 or now - begin < seconds / 2:
        call()
        calls += 1
        now = time.perf_counter()
    group = max(1, int(20e-6 / ((now - begin) / calls)))
    end = now + seconds / 2
    samples = []
    while not samples or now < end:
        start = now
        for _ in range(group):
            call()
        now = time.perf_counter()
        samples.append((now - start) / group)
    samples.sort()
    middle = len(samples) // 2
    return samples[middle] if len(samples) % 2 else (samples[middle - 1] + samples[middle]) / 2


made = {}
for line in sys.stdin:
    request = json.loads(line)
    key = request["case"], request["n"]
    if key not in made:
        made.clear()  # one case at a time: memory of the others would only push it out of the caches
        made[key] = make(*key)
    print(json.dumps({"seconds": turn(made[key], request["seconds"])}), flush=True)
