import Autograd
import Checkpoints
import ComputeBackend
import NeuralNet
import Testing
import TestSupport

/// Weights of single layers in PyTorch's `ops.safetensors`, where `weight` is `w` and `bias` `b`.
struct FixtureWeights: WeightSource {
  let backend: any ComputeBackend
  private let file: SafetensorsFile

  init(on backend: any ComputeBackend) throws {
    self.backend = backend
    file = try SafetensorsFile(Fixtures.url("ops.safetensors"))
  }

  private static func stored(_ path: String) -> String {
    path.replacing(".weight", with: ".w").replacing(".bias", with: ".b")
  }

  func contains(_ path: String) -> Bool { file.contains(Self.stored(path)) }

  func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    #expect(file.shape(Self.stored(path)) == shape)
    return Tensor(try file.floats(Self.stored(path)), shape: shape, on: backend)
  }

  /// Running statistics begin as PyTorch's do; the file has those after one step.
  func tensor(_ path: String, shape: [Int], initializer: Initializer) throws -> Tensor {
    if path.contains(".running_"), case .constant(let value) = initializer {
      return .full(value, shape, on: backend)
    }
    return try tensor(path, shape: shape)
  }

  /// A tensor of the file as it is.
  func values(_ name: String) throws -> [Float] { try file.floats(name) }

  func shape(_ name: String) throws -> [Int] { try #require(file.shape(name)) }

  /// Images of the file as `[N, H, W, C]`.
  func images(_ name: String) throws -> Tensor {
    let shape = try shape(name)
    return Tensor(
      Layout.channelsLast(try values(name), shape: shape),
      shape: [shape[0], shape[2], shape[3], shape[1]], on: backend)
  }
}
