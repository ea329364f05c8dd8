#!/usr/bin/env python3
"""Makes seeds for the fuzzer: FOLDER/READER/NAME.

    Tests/Fuzzing/seeds.py FOLDER [FIXTURES]

Some are made here; others are the files of up to 64 KiB of a folder of datasets and models.
"""
import hashlib, io, json, pathlib, pickle, struct, sys, types, zipfile, zlib

SEPARATOR = b"\n==8<==\n"
LIMIT = 1 << 16
# Readers of single files, by how the files' names end.
ENDINGS = {
    "png": [".png"], "jpeg": [".jpg", ".jpeg"], "webp": [".webp"], "gif": [".gif"], "tiff": [".tif", ".tiff"],
    "bmp": [".bmp"], "pnm": [".ppm", ".pgm", ".pbm"], "tar": [".tar"], "zip": [".zip"], "zip-directory": [".zip", ".pt", ".npz"],
    "parquet": [".parquet"], "arrow": [".arrow"], "npz": [".npz"], "numpy": [".npy"], "npy": [".npy"],
    "list": [".csv", ".txt", ".lst", ".tsv"], "metadata-csv": ["metadata.csv"], "metadata-jsonl": ["metadata.jsonl"],
    "coco": [".json"], "safetensors": [".safetensors"], "torch": [".pt", ".pth", ".bin", ".ckpt"],
    "index": [".index.json"], "configuration": ["config.json"], "scheduler": ["scheduler_config.json"],
    "json": [".json"], "csv": [".csv"], "gzip": [".gz"], "inflater": [".gz"], "pickle": [".pkl", "_batch", "batches.meta", "batch_1"],
}


def write(folder, reader, data):
    if len(data) <= LIMIT:
        path = folder / reader / hashlib.sha1(data).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, color, depth=8):
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    row = b"\0" + bytes(range(-(-width * samples * depth // 8)))
    palette = chunk(b"PLTE", bytes(range(48))) if color == 3 else b""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
            + palette + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b""))


def bmp(bits):
    row = bytes(range(-(-4 * bits // 32) * 4))
    palette = b"".join(bytes([i, i, 255 - i, 0]) for i in range(2**bits)) if bits <= 8 else b""
    start = 54 + len(palette)
    return (b"BM" + struct.pack("<IHHI", start + 4 * len(row), 0, 0, start)
            + struct.pack("<IiiHHIIiiII", 40, 4, 4, 1, bits, 0, 0, 0, 0, 0, 0) + palette + row * 4)


class TensorPickler(pickle._Pickler):
    """Pickles a tensor as PyTorch does: its numbers lie elsewhere in the archive."""

    def persistent_id(self, value):
        return value if isinstance(value, tuple) and value[0] == "storage" else None


def tensor(shape, storage, data):
    """A file of `torch.save` that is one tensor, made without PyTorch."""
    utilities = types.ModuleType("torch._utils")
    class Kind: pass
    Kind.__module__, Kind.__qualname__, Kind.__name__ = "torch", storage, storage
    def rebuild(): pass
    rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = "torch._utils", *["_rebuild_tensor_v2"] * 2
    torch = types.ModuleType("torch")
    setattr(torch, storage, Kind)
    utilities._rebuild_tensor_v2 = rebuild
    sys.modules.update({"torch": torch, "torch._utils": utilities})
    steps, count = [], 1
    for size in reversed(shape):
        steps.insert(0, count)
        count *= size

    class Tensor:
        def __reduce__(self):
            place = ("storage", Kind, "0", "cpu", count)
            return rebuild, (place, 0, tuple(shape), tuple(steps), False, {})
    text = io.BytesIO()
    TensorPickler(text, 2).dump(Tensor())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in [("data.pkl", text.getvalue()), ("byteorder", b"little"), ("data/0", data), ("version", b"3\n")]:
            archive.writestr(zipfile.ZipInfo("archive/" + name), content)
    return file.getvalue()


def made(folder):
    labels = tensor([3], "LongStorage", struct.pack("<3q", 0, 1, 1))
    images = tensor([3, 3, 4, 4], "FloatStorage", struct.pack("<144f", *(i / 144 for i in range(144))))
    write(folder, "toolbox", images + SEPARATOR + labels)
    write(folder, "torch", images)
    for color, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
        for depth in depths:
            write(folder, "png", png(5, 4, color, depth))
    for bits in (1, 4, 8, 16, 24, 32):
        write(folder, "bmp", bmp(bits))
    for text in (b"P1\n2 2\n1 0 0 1\n", b"P2\n2 2\n255\n1 2 3 4\n", b"P3\n1 2\n15\n1 2 3 4 5 6\n", b"P4\n8 2\n\x5a\xa5",
                 b"P5\n2 2\n255\nabcd", b"P6\n# text\n1 2\n65535\nabcdefabcdef"):
        write(folder, "pnm", text)
    write(folder, "gif", b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x02\0\x02\0\0\x02\x03\x44\x02\x05\0;")
    write(folder, "tiff", b"II*\0\x08\0\0\0" + struct.pack("<H", 9) + b"".join(
        struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in (
            (256, 3, 2), (257, 3, 2), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 122), (277, 3, 1), (278, 3, 2),
            (279, 4, 4))) + b"\0\0\0\0" + b"abcd")
    cifar = b"".join(bytes([label]) + bytes((label * i) % 256 for i in range(3072)) for label in (1, 9))
    write(folder, "cifar", cifar)
    write(folder, "cifar", cifar + SEPARATOR + b"airplane\nautomobile\n")
    write(folder, "idx", struct.pack(">IIII", 0x803, 4, 2, 3) + bytes(range(24)) + SEPARATOR
          + struct.pack(">II", 0x801, 4) + bytes([0, 1, 2, 1]))
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 3), }".ljust(117) + b"\n"
    npy = b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + bytes(range(12))
    labels = b"{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }".ljust(117) + b"\n"
    numbers = b"\x93NUMPY\x01\0" + struct.pack("<H", len(labels)) + labels + struct.pack("<qq", 0, 1)
    write(folder, "npy", npy + SEPARATOR + numbers)
    write(folder, "numpy", npy)
    write(folder, "numpy", numbers)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for name in ("a/0.png", "a/1.png", "b/0.png"):
                archive.writestr(zipfile.ZipInfo(name), png(2, 2, 2), method)
        write(folder, "zip", file.getvalue())
        write(folder, "zip-directory", file.getvalue())
    tensors = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    write(folder, "safetensors", struct.pack("<Q", len(tensors)) + tensors + struct.pack("<ff", 1, 2))
    write(folder, "pickle", bytes.fromhex("80047d94288c056c6162656c735d94284b014b0965752e"))
    for text in (b'{"a": [1, -2.5e3, "x\\u00e9", null, true, {"b": NaN}]}', b"[]"):
        write(folder, "json", text)
    write(folder, "csv", b'a,b\n1,"x ""y"", z"\n\'=1,2\r\n')
    write(folder, "list", b"path,label\na/0.png,cat\na/1.png,dog\nb/0.png,cat\n")
    write(folder, "metadata-csv", b"file_name,label\na/0.png,0\na/1.png,1\nc.png,1\n")
    write(folder, "metadata-jsonl", b'{"file_name": "a/0.png", "label": 0}\n{"file_name": "c.png", "label": 1}\n')
    write(folder, "coco", json.dumps({
        "images": [{"id": 1, "file_name": "a/0.png"}, {"id": 2, "file_name": "c.png"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 3}, {"id": 2, "image_id": 2, "category_id": 4}],
        "categories": [{"id": 3, "name": "cat"}, {"id": 4, "name": "dog"}]}).encode())
    write(folder, "samples", b"# fingerprint: 00\n0\n3\n9\n")
    write(folder, "ground-truth", json.dumps({
        "version": 3, "count": 10, "samples": [{"index": 1, "label": 0, "originalLabel": 1, "name": "x"}]}).encode())
    write(folder, "run", b'{"run format": "2", "seed": "1"}')
    for wbits in (31, 15, -15):
        packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
        data = packer.compress(b"some text, some text, and more" * 9) + packer.flush()
        write(folder, "gzip", data)
        write(folder, "inflater", data)


def gathered(folder, fixtures):
    for path in sorted(fixtures.rglob("*")):
        if not path.is_file() or path.stat().st_size > LIMIT:
            continue
        data = path.read_bytes()
        for reader, endings in ENDINGS.items():
            if any(path.name.endswith(ending) for ending in endings):
                write(folder, reader, data)
        if path.name.startswith(("data_batch", "train", "test_batch")) and data[:1] == b"\x80":
            write(folder, "pickle", data)
            for sidecar in ("batches.meta", "meta"):
                other = path.parent / sidecar
                if other.is_file():
                    write(folder, "cifar-pickle", data + SEPARATOR + other.read_bytes())
        if path.name == "imgs" and (path.parent / "labels").is_file():
            write(folder, "toolbox", data + SEPARATOR + (path.parent / "labels").read_bytes())


def main():
    folder = pathlib.Path(sys.argv[1])
    made(folder)
    for fixtures in sys.argv[2:]:
        gathered(folder, pathlib.Path(fixtures))


main()
