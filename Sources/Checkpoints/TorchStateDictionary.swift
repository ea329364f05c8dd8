import Foundation
import Pickles

/// The weights among what a PyTorch file holds.
///
/// Training scripts save dictionaries that hold the weights beside the epoch, an optimizer and
/// more. The weights are those of the first member of these names that is itself a dictionary with
/// tensors: a moving average first, since that is what one samples from and evaluates (as timm
/// does), then the network. If there is no such member, and no tensor either, they are in the only
/// member that has tensors. What is chosen is looked into again. Else they are all tensors there
/// are, by their paths. A file that is one tensor has it under the name `tensor`.
struct TorchStateDictionary: TensorFile {
  private static let members = [
    "state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema", "params_ema",
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "params", "netC",
  ]

  private static let only = "tensor"

  private let file: TorchFile
  /// Ends with a slash if it is not empty.
  private let prefix: String
  let names: [String]

  var url: URL { file.url }
  var metadata: [String: String] { [:] }

  init(_ file: TorchFile) throws {
    self.file = file
    guard !file.contains("") else {
      prefix = ""
      names = [Self.only]
      return
    }
    prefix = Self.path(in: file.value).map { $0 + "/" }.joined()
    let prefix = prefix
    names = file.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    guard !names.isEmpty else {
      throw CheckpointError.invalidTorchFile(
        path: file.url.path, reason: "it holds \(file.value.kind) without tensors",
        advice: "name a file of weights")
    }
  }

  /// The keys that lead to the weights.
  private static func path(in value: PickleValue) -> [String] {
    guard case .dictionary(let entries) = value else { return [] }
    for member in members {
      if let found = value[member], hasTensors(found) { return [member] + path(in: found) }
    }
    guard !hasTensors(value) else { return [] }
    let candidates = entries.filter { containsTensors($0.value) }
    guard candidates.count == 1, case .dictionary = candidates[0].value else { return [] }
    return [TorchContents.text(candidates[0].key)] + path(in: candidates[0].value)
  }

  /// Whether a dictionary has tensors, or a dictionary of weights, as members.
  private static func hasTensors(_ value: PickleValue) -> Bool {
    guard case .dictionary(let entries) = value else { return false }
    return entries.contains { entry in
      TorchContents.isTensor(entry.value)
        || entry.key.string.map { members.contains($0) && hasTensors(entry.value) } == true
    }
  }

  private static func containsTensors(_ value: PickleValue) -> Bool {
    switch value {
    case .dictionary(let entries): entries.contains { containsTensors($0.value) }
    case .list(let items), .tuple(let items): items.contains(where: containsTensors)
    default: TorchContents.isTensor(value)
    }
  }

  func contains(_ name: String) -> Bool { file.contains(path(name)) }
  func shape(_ name: String) -> [Int]? { file.shape(path(name)) }
  func elementType(_ name: String) -> ElementType? { file.elementType(path(name)) }
  func bytes(_ name: String) throws -> [UInt8] { try file.bytes(path(name)) }

  private func path(_ name: String) -> String {
    name == Self.only && names == [name] && file.contains("") ? "" : prefix + name
  }
}
