// Scattered sums without floating-point atomics, so that results repeat bit for bit.
//
// The entries i = 0 … count − 1 are grouped by their target (a counting sort): counts per target,
// starts by an exclusive scan, then each target's list, sorted by i since the order in which
// work-items fill it is open. Each target then adds its list in order.
#include "common.cl"

// counts[indices[i]] += 1; counts are zero before.
GROUP_KERNEL void countTargets(
    const global int *indices, int indicesOffset, global int *counts, int count) {
  indices += indicesOffset;
  for (ITEMS(i, count)) atomic_inc(counts + indices[i]);
}

// starts[t] = Σ counts[…t−1] in three passes over spans of `span` targets: this one sums a span, …
GROUP_KERNEL void sumSpans(
    const global int *counts, global int *sums, int targets, int span) {
  for (ITEMS(s, ceilDivide(targets, span))) {
    int sum = 0;
    for (int t = s * span; t < min(targets, (s + 1) * span); ++t) sum += counts[t];
    sums[s] = sum;
  }
}

// … this one, a single work-item, makes the sums exclusive, …
kernel void scanSpans(global int *sums, int spans) {
  int total = 0;
  for (int s = 0; s < spans; ++s) {
    const int sum = sums[s];
    sums[s] = total;
    total += sum;
  }
}

// … and this one writes each target's start, and again as the place to fill next.
GROUP_KERNEL void startTargets(
    const global int *counts, const global int *sums, global int *starts, global int *next,
    int targets, int span) {
  for (ITEMS(s, ceilDivide(targets, span))) {
    int start = sums[s];
    for (int t = s * span; t < min(targets, (s + 1) * span); ++t) {
      starts[t] = start;
      next[t] = start;
      start += counts[t];
    }
  }
}

// entries[next[indices[i]]++] = i
GROUP_KERNEL void listEntries(
    const global int *indices, int indicesOffset, global int *next, global int *entries,
    int count) {
  indices += indicesOffset;
  for (ITEMS(i, count)) entries[atomic_inc(next + indices[i])] = i;
}

static inline void siftDown(global int *list, int root, int count) {
  const int moved = list[root];
  while (2 * root + 1 < count) {
    int child = 2 * root + 1;
    if (child + 1 < count && list[child + 1] > list[child]) ++child;
    if (list[child] <= moved) break;
    list[root] = list[child];
    root = child;
  }
  list[root] = moved;
}

// Ascending order in place: insertion for short lists, a heap for long ones.
static inline void sortList(global int *list, int count) {
  if (count <= 16) {
    for (int i = 1; i < count; ++i) {
      const int moved = list[i];
      int at = i;
      for (; at > 0 && list[at - 1] > moved; --at) list[at] = list[at - 1];
      list[at] = moved;
    }
    return;
  }
  for (int root = count / 2 - 1; root >= 0; --root) siftDown(list, root, count);
  for (int end = count - 1; end > 0; --end) {
    const int greatest = list[0];
    list[0] = list[end];
    list[end] = greatest;
    siftDown(list, 0, end);
  }
}

GROUP_KERNEL void sortEntries(
    const global int *counts, const global int *starts, global int *entries, int targets) {
  for (ITEMS(t, targets)) sortList(entries + starts[t], counts[t]);
}

// into[t, :] (+)= Σ source[entries of t, :]; rows of `columns` elements; `keep` adds to what is
// there.
GROUP_KERNEL void addEntries(
    const global float *source, int sourceOffset, const global int *counts,
    const global int *starts, const global int *entries, global float *into, int intoOffset,
    int targets, int columns, int keep) {
  source += sourceOffset;
  into += intoOffset;
  if (columns == 1) {
    for (ITEMS(t, targets)) {
      float sum = keep ? into[t] : 0.0f;
      for (int e = starts[t]; e < starts[t] + counts[t]; ++e) sum += source[entries[e]];
      into[t] = sum;
    }
    return;
  }
  const int strips = ceilDivide(columns, LANES);
  for (ITEMS(item, targets * strips)) {
    const int t = item / strips, column = item % strips * LANES, rest = columns - column;
    global float *to = into + t * columns + column;
    VEC sum = keep ? loadPart(to, rest, 0) : (VEC)(0.0f);
    for (int e = starts[t]; e < starts[t] + counts[t]; ++e)
      sum += loadPart(source + entries[e] * columns + column, rest, 0);
    storePart(sum, to, rest);
  }
}
