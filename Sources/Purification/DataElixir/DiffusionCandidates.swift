import Autograd
import ComputeBackend
import Datasets
import Diffusion

/// Candidates by a diffusion chain on a device, labelled there; the host waits once a round.
struct DiffusionCandidates: CandidateGenerator {
  let chain: DiffusionChain
  let victim: ClassifierLabels
  let shape: ImageShape
  let keepLast: Int
  let kind: CandidateKind
  let backend: any ComputeBackend

  var candidatesPerRound: Int { chain.plan.candidateCount(keepLast: keepLast) }

  func round(_ round: Int, images: [Float], samples: [Int]) throws -> CandidateRound {
    let input = Tensor(
      images, shape: shape.batchShape(samples.count), on: backend)
    let streams = IndexTensor(samples.map { Int32($0) }, shape: [samples.count], on: backend)
    var states: [Tensor] = []
    var labels: [IndexTensor] = []
    let result = chain.purify(
      input, streams: streams, round: round, keepLast: keepLast, kind: kind
    ) { _, bytes in
      states.append(bytes)
      labels.append(victim.labels(bytes))
    }
    return CandidateRound(
      candidates: try states.map { try $0.values().map(Self.byte) },
      labels: try labels.map { try $0.values().map { Int($0) } }, result: try result.values())
  }

  /// A byte that the device rounded already; what is not a number becomes 0, and is found in `result`.
  private static func byte(_ value: Float) -> UInt8 {
    value >= 0 ? UInt8(min(value, 255)) : 0
  }
}
