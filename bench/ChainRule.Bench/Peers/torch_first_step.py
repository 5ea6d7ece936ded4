"""Imports torch, builds a network, trains one step and says so: what a user waits for before the first result."""
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[2]))
torch.manual_seed(1)
if sys.argv[1] == "iris_mlp":
    model = nn.Sequential(
        nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 10), nn.ReLU(), nn.Linear(10, 3))
    x, labels = torch.rand(32, 4), torch.randint(0, 3, (32,))
else:
    model = nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(7 * 7 * 64, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10))
    x, labels = torch.rand(50, 1, 28, 28), torch.randint(0, 10, (50,))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-6)
optimizer.zero_grad(set_to_none=True)
loss = F.cross_entropy(model(x), labels)
loss.backward()
optimizer.step()
print("step", loss.item(), flush=True)
