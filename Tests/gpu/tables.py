"""The figures of kernels as text."""


def markdown(rows):
    """A table of the kernels, with the layouts and targets that gave the same in one line."""
    lines = ["| layout | target | kernel | threads | registers | stack | spills | local memory | occupancy "
             "| loop: FMA, all |", "|---|---|---|---|---|---|---|---|---|---|"]
    seen = {}
    for row in rows:
        loop = row["loop"]
        text = (f"{row['file'].removesuffix('.cl')}.{row['name']} | {row['threads']} | {row['registers']} "
                f"| {row['stack']} | {row['spills']} | {row['local']} | {100 * row['occupancy']:.0f} % | "
                + (f"{loop['fma']}, {loop['all']}" if loop.get("fma") else "–"))
        seen.setdefault((row["target"], text), []).append(row["layout"])
    lines += [f"| {', '.join(layouts)} | {target} | {text} |" for (target, text), layouts in seen.items()]
    return "\n".join(lines)
