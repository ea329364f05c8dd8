import Autograd
import Checkpoints
import ComputeBackend
import NeuralNet

/// The weights of a U-Net of OpenAI under the names of diffusers.
///
/// An attention layer there has one product of 3C channels for queries, keys and values. In the
/// new order these are three thirds; in the legacy order each head has its own three.
final class OpenAIWeights: WeightSource {
  private let names: OpenAINames
  private let weights: CheckpointWeights
  private let configuration: UNet2DConfiguration
  private let hasNewOrder: Bool

  /// - Parameter storedNames: The file's name of each tensor by OpenAI's.
  init(
    _ checkpoint: Checkpoint, storedNames: [String: String], _ configuration: UNet2DConfiguration,
    _ flags: OpenAIFlags, on backend: any ComputeBackend
  ) {
    names = OpenAINames(configuration)
    weights = CheckpointWeights(checkpoint, storedNames: storedNames, on: backend)
    self.configuration = configuration
    hasNewOrder = flags.hasNewAttentionOrder
  }

  func contains(_ path: String) -> Bool { name(path).map { weights.contains($0) } ?? false }

  func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    if let name = name(path) { return try weights.tensor(name, shape: shape) }
    guard let part = Part(path), let attention = names.attentions[part.attention] else {
      preconditionFailure("OpenAIWeights: no name for \(path)")
    }
    let channels = shape[0]
    let all = try weights.tensor(
      "\(attention).qkv.\(part.kind)", shape: [3 * channels] + shape.dropFirst())
    let rows = rows(of: part, channels: channels)
    return all.reshaped([3 * channels, all.count / (3 * channels)])
      .gatheredRows(IndexTensor(rows, shape: [channels], on: all.backend)).reshaped(shape)
  }

  /// Refuses tensors that no layer asked for.
  func finish() throws { try weights.finish() }

  /// OpenAI's name of a tensor that is one there, too.
  private func name(_ path: String) -> String? {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    return names.modules[String(path[..<dot])].map { $0 + path[dot...] }
  }

  /// Queries, keys or values of an attention layer.
  private struct Part {
    var attention: String
    /// 0 queries, 1 keys, 2 values.
    var place: Int
    /// `weight` or `bias`.
    var kind: String

    init?(_ path: String) {
      let words = path.split(separator: ".").map(String.init)
      guard words.count > 2,
        let place = ["to_q", "to_k", "to_v"].firstIndex(of: words[words.count - 2])
      else { return nil }
      attention = words.dropLast(2).joined(separator: ".")
      self.place = place
      kind = words[words.count - 1]
    }
  }

  /// Which of the 3C channels are those of a part, in the order of heads.
  private func rows(of part: Part, channels: Int) -> [Int32] {
    if hasNewOrder {
      return (0..<channels).map { Int32(part.place * channels + $0) }
    }
    let isUp = part.attention.hasPrefix("up_blocks")
    let size =
      configuration.attentionHeadCounts.map { channels / (isUp ? $0.up : $0.down) }
      ?? configuration.attentionHeadSize ?? channels
    return (0..<channels).map { channel in
      let (head, place) = (channel / size, channel % size)
      return Int32((3 * head + part.place) * size + place)
    }
  }
}
