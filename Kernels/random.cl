// Rows of random numbers: row r is drawn from stream streams[r].
#include "philox.cl"

// into [rows, columns]: uniform in (0, 1), or standard normal.
GROUP_KERNEL void drawNumbers(
    int normal, uint key0, uint key1, uint step, uint purpose, const global uint *streams,
    int streamsOffset, global float *into, int intoOffset, int rows, int columns) {
  const int spans = ceilDivide(columns, 4 * LANES);
  for (ITEMS(item, rows * spans)) {
    const int row = item / spans, span = item % spans;
    float numbers[4 * LANES];
    philoxNumbers((uint)(span * LANES), streams[streamsOffset + row], step, purpose, key0, key1,
                  normal, numbers);
    global float *to = into + intoOffset + row * columns + span * 4 * LANES;
    const int count = columns - span * 4 * LANES;
    UNROLL
    for (int part = 0; part < 4; ++part) {
      if (part * LANES < count)
        storePart(VLOAD(0, numbers + part * LANES), to + part * LANES, count - part * LANES);
    }
  }
}
