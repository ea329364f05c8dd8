import Autograd
import ComputeBackend
import Datasets
import Diffusion

/// Candidates by a diffusion chain on a device, labelled there; the host waits once a round.
///
/// Images stay on the device from a sample's first round to its last, and cross to it and back as
/// bytes.
package final class DiffusionCandidates: CandidateGenerator {
  private let chain: DiffusionChain
  private let shape: ImageShape
  private let keepLast: Int
  private let kind: CandidateKind
  private let backend: any ComputeBackend
  /// The victim's labels `[N]` of bytes as floats `[N, H, W, C]`, without waiting.
  private let label: (Tensor) -> IndexTensor
  /// Samples of the round before, and where it left them: values in [−1, 1], `[N, H, W, C]`.
  private var samples: [Int] = []
  private var images: Tensor?

  package init(
    chain: DiffusionChain, shape: ImageShape, keepLast: Int, kind: CandidateKind,
    on backend: any ComputeBackend, label: @escaping (Tensor) -> IndexTensor
  ) {
    self.chain = chain
    self.shape = shape
    self.keepLast = keepLast
    self.kind = kind
    self.backend = backend
    self.label = label
  }

  var plan: SamplerPlan { chain.plan }

  package var candidatesPerRound: Int { chain.plan.candidateCount(keepLast: keepLast) }

  package func round(_ pool: [PooledSample], newImages: [UInt8]) throws -> CandidateRound {
    let streams = NoiseStreams(
      IndexTensor(pool.map { Int32($0.sample) }, shape: [pool.count], on: backend),
      rounds: pool.map(\.round))
    let new = newImages.isEmpty ? nil : PackedBytes(newImages, on: backend)
    let newShape = shape.batchShape(newImages.count / shape.byteCount)
    let originals = new.map { label($0.tensor(shape: newShape)) }
    var states: [PackedBytes] = []
    var labels: [IndexTensor] = []
    let result = chain.purify(
      start(of: pool, new: new?.tensor(shape: newShape) { Float($0) / 127.5 - 1 }),
      streams: streams, keepLast: keepLast, kind: kind
    ) { _, bytes in
      states.append(bytes.packedBytes())
      labels.append(label(bytes))
    }
    samples = pool.map(\.sample)
    images = result
    let sums = rowSums(result)
    return CandidateRound(
      candidates: try states.map { try $0.values() },
      labels: try labels.map { try $0.values().map { Int($0) } },
      originals: try originals?.values().map { Int($0) } ?? [],
      notNumbers: try sums.values().enumerated().filter { !$0.element.isFinite }.map(\.offset))
  }

  /// Where each sample's round starts, `[N, H, W, C]`.
  private func start(of pool: [PooledSample], new: Tensor?) -> Tensor {
    let old = pool.prefix { $0.round > 0 }
    var parts: [Tensor] = []
    if !old.isEmpty {
      guard let images else {
        preconditionFailure("DiffusionCandidates: sample \(old[0].sample) had no first round")
      }
      let rows = places(of: old.map(\.sample))
      let indices = IndexTensor(rows, shape: [rows.count], on: backend)
      parts.append(rows.count < samples.count ? images.gatheredRows(indices) : images)
    }
    if let new { parts.append(new) }
    return parts.count == 1 ? parts[0] : concatenateRows(parts)
  }

  /// Rows of samples in the round before; both are in the same order.
  private func places(of wanted: [Int]) -> [Int32] {
    var row = 0
    return wanted.map { sample in
      while row < samples.count && samples[row] != sample { row += 1 }
      precondition(
        row < samples.count, "DiffusionCandidates: sample \(sample) was not in the round before")
      return Int32(row)
    }
  }

  /// The sum of each image's values, `[N]`: a number unless one of them, all limited, is none.
  private func rowSums(_ result: Tensor) -> Tensor {
    let rows = result.shape[0]
    return withoutGradient {
      result.reduced(
        .sum, shape: BlockShape(outer: rows, inner: result.count / rows), keeping: .outer,
        resultShape: [rows])
    }
  }
}
