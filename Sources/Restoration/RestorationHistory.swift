import Autograd
import ComputeBackend
import NeuralNet

/// The mean losses of each epoch so far; a part of what a training saves.
final class RestorationHistory: Module {
  /// `[epochs, losses]`; zeros for those to come.
  private let means: Parameter
  /// Sums over the steps of the present epoch, `[losses]`.
  private let sums: Parameter
  private let epochs: Int
  private static let kinds = RestorationLoss.allCases.count

  init(epochs: Int, on backend: any ComputeBackend) {
    self.epochs = epochs
    means = Parameter(
      "history.means", value: .zeros([epochs, Self.kinds], on: backend), isBuffer: true)
    sums = Parameter("history.sums", value: .zeros([Self.kinds], on: backend), isBuffer: true)
  }

  func collectParameters(into list: inout ParameterList) {
    list.append(means)
    list.append(sums)
  }

  /// Adds a step's losses; does not wait for the device.
  func add(_ losses: Tensor) { withoutGradient { sums.assign(sums.value + losses) } }

  /// Ends an epoch, counted from 1, of so many steps.
  func end(epoch: Int, steps: Int) throws {
    var all = try means.exported()
    let place = (epoch - 1) * Self.kinds
    all.replaceSubrange(
      place..<place + Self.kinds, with: try sums.exported().map { $0 / Float(steps) })
    let backend = means.value.backend
    means.assign(Tensor(all, shape: [epochs, Self.kinds], on: backend))
    sums.assign(.zeros([Self.kinds], on: backend))
  }

  /// One loss in each of the first epochs.
  func values(_ loss: RestorationLoss, epochs: Int) throws -> [Float] {
    let all = try means.exported()
    return (0..<epochs).map { all[$0 * Self.kinds + loss.place] }
  }
}
