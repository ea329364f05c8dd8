import Autograd
import ComputeBackend

/// Random numbers for images, keyed by their samples: the same in every batch.
struct SampleNoise {
  let seed: UInt64
  let purpose: RandomPurpose

  /// Uniform in (0, 1), of a shape `[N, …]`.
  func uniform(_ shape: [Int], samples: [Int], on backend: any ComputeBackend) -> Tensor {
    filled(shape, samples, on: backend) { key, streams, columns, output in
      backend.randomUniform(
        key, streams: streams, rows: shape[0], columns: columns, into: output)
    }
  }

  /// Standard normal, of a shape `[N, …]`.
  func normal(_ shape: [Int], samples: [Int], on backend: any ComputeBackend) -> Tensor {
    filled(shape, samples, on: backend) { key, streams, columns, output in
      backend.randomNormal(
        key, streams: streams, rows: shape[0], columns: columns, into: output)
    }
  }

  private func filled(
    _ shape: [Int], _ samples: [Int], on backend: any ComputeBackend,
    _ draw: (NoiseKey, _ streams: BufferSlice, _ columns: Int, BufferSlice) -> Void
  ) -> Tensor {
    precondition(
      shape.first == samples.count, "noise: \(samples.count) samples for shape \(shape)")
    let streams = IndexTensor(samples.map { Int32($0) }, shape: [samples.count], on: backend)
    let output = Tensor.empty(shape, on: backend)
    draw(
      NoiseKey(seed: seed, purpose: purpose), streams.slice,
      output.count / max(1, samples.count), output.slice)
    return output
  }
}
