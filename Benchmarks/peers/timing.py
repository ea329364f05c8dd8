"""How long a step of a peer takes."""
import json
import resource
import statistics
import time


def report(step, engine, version, batch, seconds, warm_up):
    """Repeats a step for some seconds, three times at least, and prints the median rate as JSON."""
    for _ in range(warm_up):
        step()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("JSON" + json.dumps({
        "engine": engine, "ver": version, "n": len(times), "rss_mb": memory,
        "ms": statistics.median(times) * 1e3, "img_s": batch / statistics.median(times)}))
