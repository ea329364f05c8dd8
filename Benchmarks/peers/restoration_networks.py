"""PD-AutoR's generator and discriminator in PyTorch, with the tensor names of elixir-gpu's."""
import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, c))


class MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = MLP(width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Pair(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.InstanceNorm2d(outputs, affine=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.InstanceNorm2d(outputs, affine=True)

    def forward(self, x):
        x = F.leaky_relu(self.norm1(self.conv1(x)), 0.2)
        return F.leaky_relu(self.norm2(self.conv2(x)), 0.2)


class Transformer(nn.Module):
    def __init__(self, tokens, width, blocks, heads):
        super().__init__()
        self.positions = nn.Parameter(torch.randn(tokens, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))

    def forward(self, x):
        n, c, h, w = x.shape
        x = x.flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            x = block(x)
        return x.transpose(1, 2).reshape(n, c, h, w)


class Generator(nn.Module):
    """Images [N, C, H, W] in [-1, 1]."""

    def __init__(self, height, width, image=3, channels=(32, 64, 128), blocks=4, heads=4):
        super().__init__()
        levels = range(len(channels) - 1)
        self.encoder = nn.ModuleList(
            Pair(image if i == 0 else c, c) for i, c in enumerate(channels))
        self.down = nn.ModuleList(
            nn.Conv2d(channels[i], channels[i + 1], 2, stride=2) for i in levels)
        tokens = (height >> len(levels)) * (width >> len(levels))
        self.transformer = Transformer(tokens, channels[-1], blocks, heads) if blocks else None
        self.up = nn.ModuleList(
            nn.Conv2d(channels[i + 1], channels[i], 3, padding=1) for i in levels)
        self.decoder = nn.ModuleList(Pair(2 * channels[i], channels[i]) for i in levels)
        self.output = nn.Conv2d(channels[0], image, 1, bias=False)
        nn.init.zeros_(self.output.weight)

    def forward(self, x):
        h, skips = x, []
        for level, down in enumerate(self.down):
            h = self.encoder[level](h)
            skips.append(h)
            h = down(h)
        h = self.encoder[-1](h)
        if self.transformer:
            h = self.transformer(h)
        for level in reversed(range(len(self.up))):
            h = self.up[level](F.interpolate(h, scale_factor=2))
            h = self.decoder[level](torch.cat([h, skips[level]], 1))
        return (x + self.output(h)).clamp(-1, 1)


class Stage(nn.Module):
    def __init__(self, image, patch, added, width, tokens, blocks, heads):
        super().__init__()
        self.embedding = nn.Conv2d(image, added, patch, stride=patch)
        self.positions = nn.Parameter(torch.randn(tokens, added) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))


class Discriminator(nn.Module):
    """Images [N, C, H, W] in [-1, 1] to logits [N]; granularities are (patch, width, blocks)."""

    def __init__(self, height, width, image=3,
                 granularities=((4, 96, 2), (8, 96, 2), (16, 192, 2)), heads=4):
        super().__init__()
        self.stages, total = nn.ModuleList(), 0
        for patch, added, blocks in granularities:
            total += added
            tokens = (height // patch) * (width // patch)
            self.stages.append(Stage(image, patch, added, total, tokens, blocks, heads))
        self.class_token = nn.Parameter(torch.randn(total) * 0.02)
        self.norm = nn.LayerNorm(total, eps=1e-6)
        self.head = nn.Linear(total, 1)

    def forward(self, x):
        coarser = None
        for index, stage in enumerate(self.stages):
            grid = stage.embedding(x)
            tokens = grid.flatten(2).transpose(1, 2) + stage.positions
            if coarser is not None:
                tokens = torch.cat([coarser, tokens], 2)
            is_last = index == len(self.stages) - 1
            if is_last:
                tokens = torch.cat([self.class_token.expand(len(x), 1, -1), tokens], 1)
            for block in stage.blocks:
                tokens = block(tokens)
            if not is_last:
                n, t, c = tokens.shape
                coarser = F.avg_pool2d(
                    tokens.transpose(1, 2).reshape(n, c, *grid.shape[2:]), 2
                ).flatten(2).transpose(1, 2)
        return self.head(self.norm(tokens[:, 0]))[:, 0]
