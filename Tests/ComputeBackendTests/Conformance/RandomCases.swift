import ComputeBackend
import TestSupport

let randomCases: [OperationCase] = [1, 3, 4, 17, 1001, 3072].flatMap { columns in
  [
    OperationCase("randomUniform 5×\(columns)") { run in
      run.backend.randomUniform(
        key, streams: run.integers(streams), rows: streams.count, columns: columns,
        into: run.output("y", streams.count * columns, .exact))
    },
    OperationCase("randomNormal 5×\(columns)") { run in
      // Two units in the last place.
      run.backend.randomNormal(
        key, streams: run.integers(streams), rows: streams.count, columns: columns,
        into: run.output("y", streams.count * columns, .elementwise(2.4e-7)))
    },
  ]
}

private let key = NoiseKey(seed: 0xFEDC_BA98_7654_3210, step: 0xFFFF_FFFE, purpose: 0x8000_0001)
private let streams: [Int32] = [0, -1, .min, .max, 49_999]
