// Moves that change no value, and bytes from and to elements. Elements of 4 bytes travel as uint.
#include "common.cl"

#define UVLOAD VLOAD
#define UVSTORE VSTORE

// `count` elements of 4 bytes.
static inline void move(const global uint *from, global uint *to, int count) {
  int i = 0;
  for (; i + LANES <= count; i += LANES) UVSTORE(UVLOAD(0, from + i), 0, to + i);
  for (; i < count; ++i) to[i] = from[i];
}

// into[i0, …, i4] = source[offset + Σ i·stride]; sizes are the output's, the last axis innermost.
GROUP_KERNEL void permute(
    const global uint *source, int sourceOffset, global uint *into, int intoOffset,
    int size0, int size1, int size2, int size3, int size4,
    int stride0, int stride1, int stride2, int stride3, int stride4) {
  source += sourceOffset;
  into += intoOffset;
#if STYLE_GPU
  const int count = size0 * size1 * size2 * size3 * size4;
  for (ITEMS(item, count)) {
    int rest = item / size4;
    const int i4 = item % size4, i3 = rest % size3;
    rest /= size3;
    const int i2 = rest % size2;
    rest /= size2;
    const int i1 = rest % size1, i0 = rest / size1;
    into[item] = source[i0 * stride0 + i1 * stride1 + i2 * stride2 + i3 * stride3 + i4 * stride4];
  }
#else
  const int rows = size0 * size1 * size2 * size3;
  for (ITEMS(row, rows)) {
    int rest = row / size3;
    const int i3 = row % size3, i2 = rest % size2;
    rest /= size2;
    const int i1 = rest % size1, i0 = rest / size1;
    const global uint *from = source + i0 * stride0 + i1 * stride1 + i2 * stride2 + i3 * stride3;
    global uint *to = into + row * size4;
    if (stride4 == 1) {
      move(from, to, size4);
    } else {
      for (int i = 0; i < size4; ++i) to[i] = from[i * stride4];
    }
  }
#endif
}

// Rows of `columns` elements from one pitch to another.
GROUP_KERNEL void copyBlock(
    const global uint *source, int sourceOffset, int sourcePitch,
    global uint *into, int intoOffset, int intoPitch, int rows, int columns) {
  source += sourceOffset;
  into += intoOffset;
  const int pieces = ceilDivide(columns, PIECE);
  for (ITEMS(item, rows * pieces)) {
    const int row = item / pieces, start = item % pieces * PIECE;
    move(source + row * sourcePitch + start, into + row * intoPitch + start,
         min(PIECE, columns - start));
  }
}

// into[r, :] = table[indices[r], :]
GROUP_KERNEL void gatherRows(
    const global uint *table, int tableOffset, const global int *indices, int indicesOffset,
    global uint *into, int intoOffset, int rows, int columns) {
  table += tableOffset;
  indices += indicesOffset;
  into += intoOffset;
  const int pieces = ceilDivide(columns, PIECE);
  for (ITEMS(item, rows * pieces)) {
    const int row = item / pieces, start = item % pieces * PIECE;
    move(table + indices[row] * columns + start, into + row * columns + start,
         min(PIECE, columns - start));
  }
}

// into[i] = source[indices[i]]
GROUP_KERNEL void gather(
    const global uint *source, int sourceOffset, const global int *indices, int indicesOffset,
    global uint *into, int intoOffset, int count) {
  source += sourceOffset;
  indices += indicesOffset;
  into += intoOffset;
  for (ITEMS(i, count)) into[i] = source[indices[i]];
}

// into[i] = table[byte i]; an element of `bytes` holds four, the first one in its lowest bits.
GROUP_KERNEL void unpackBytes(
    const global uint *bytes, int bytesOffset, const global uint *table, int tableOffset,
    global uint *into, int intoOffset, int count) {
  bytes += bytesOffset;
  table += tableOffset;
  into += intoOffset;
  for (ITEMS(word, ceilDivide(count, 4))) {
    const uint packed = bytes[word];
    const int start = 4 * word, end = min(start + 4, count);
    for (int i = start; i < end; ++i) into[i] = table[packed >> 8 * (i - start) & 255];
  }
}

// Byte i of `into` = source[i] cut to a whole number in 0 ... 255, 0 for NaN; the rest is 0.
GROUP_KERNEL void packBytes(
    const global float *source, int sourceOffset, global uint *into, int intoOffset, int count) {
  source += sourceOffset;
  into += intoOffset;
  for (ITEMS(word, ceilDivide(count, 4))) {
    const int start = 4 * word, end = min(start + 4, count);
    uint packed = 0;
    for (int i = start; i < end; ++i) {
      const float value = source[i];
      packed |= (value >= 0 ? (uint)min(value, 255.0f) : 0u) << 8 * (i - start);
    }
    into[word] = packed;
  }
}
