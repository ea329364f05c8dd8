import Autograd
import ComputeBackend
import Models
import NeuralNet

/// A classifier of 2×2 gray images whose features are linear in the pixels x, 0 to 1, and whose
/// scores are the features: φ(x) = A·x.
final class LinearNetwork: Classifier {
  let configuration = ClassifierConfiguration(
    .resNet20, classes: 2, inputChannels: 1, width: 1,
    normalization: InputNormalization(mean: [0], standardDeviation: [1]), imageSize: 2)
  let head: Linear
  private let matrix: Parameter

  /// - Parameter rows: A, two rows of four numbers.
  init(_ rows: [[Float]], on backend: any ComputeBackend) throws {
    matrix = Parameter(
      "matrix", value: Tensor(rows.flatMap { $0 }, shape: [2, 4], on: backend))
    head = try Linear("head", inputs: 2, outputs: 2, from: Identity(backend: backend))
  }

  private struct Identity: WeightSource {
    let backend: any ComputeBackend

    func tensor(_ path: String, shape: [Int]) throws -> Tensor {
      Tensor(path == "head.weight" ? [1, 0, 0, 1] : [0, 0], shape: shape, on: backend)
    }

    func contains(_ path: String) -> Bool { true }
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    matrixProduct(x.reshaped([x.shape[0], 4]), matrix.value, transposeB: true)
  }

  func collectParameters(into list: inout ParameterList) {
    list.append(matrix)
    head.collectParameters(into: &list)
  }
}
