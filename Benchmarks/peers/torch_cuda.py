"""PyTorch on an NVIDIA GPU: one reverse step's network; prints a line JSON{…}.

    python3 torch_cuda.py cuda|cuda-tf32 BATCH SECONDS PEERS_FOLDER [WEIGHTS]

`cuda` computes in fp32 without TF32, `cuda-tf32` allows it; both channels-last. Without weights they
are random, which takes the same time. Exits with 3 and the reason where there is no such GPU.
"""
import json
import os
import statistics
import sys
import time

engine, batch, seconds, peers = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
weights = sys.argv[5] if len(sys.argv) > 5 else None
start = time.time()
try:
    import torch
    import diffusers  # noqa: F401  (ddpm_common needs it)
except ImportError as error:
    sys.exit(print(error, file=sys.stderr) or 3)
if not torch.cuda.is_available():
    sys.exit(print(f"PyTorch {torch.__version__} finds no CUDA device", file=sys.stderr) or 3)
sys.path.insert(0, peers)
import ddpm_common  # noqa: E402

allow = engine == "cuda-tf32"
torch.backends.cuda.matmul.allow_tf32 = allow
torch.backends.cudnn.allow_tf32 = allow
torch.backends.cudnn.benchmark = True

model = ddpm_common.model().eval()
if weights and os.path.exists(weights):
    from safetensors.torch import load_file
    model.load_state_dict(load_file(weights))
model = model.cuda().to(memory_format=torch.channels_last)
generator = torch.Generator().manual_seed(0)
images = torch.randn(batch, 3, 32, 32, generator=generator)
images = images.cuda().to(memory_format=torch.channels_last)
timesteps = torch.full((batch,), 149, device="cuda")


def step():
    """Milliseconds of one step by the GPU's clock."""
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    with torch.no_grad():
        model(images, timesteps, return_dict=False)
    end.record()
    end.synchronize()
    return begin.elapsed_time(end)


loaded = time.time()
step()
first = time.time() - loaded
for _ in range(3):
    step()
times = []
begin = time.time()
while time.time() - begin < seconds or len(times) < 5:
    times.append(step())
median = statistics.median(times)
print("JSON" + json.dumps({
    "img_s": batch / median * 1e3, "load_s": loaded - start, "first_s": first,
    "rss_mb": torch.cuda.max_memory_allocated() / 2**20, "maxerr": None,
    "ver": f"{torch.__version__} CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}"}))
