import Autograd
import Checkpoints
import ComputeBackend

extension Tensor {
  /// A tensor of a file in PyTorch's order: images `[N, C, H, W]` become `[N, H, W, C]`.
  public init(
    _ name: String, of file: SafetensorsFile, on backend: any ComputeBackend
  ) throws {
    let values = try file.finiteFloats(name)
    let stored = Tensor(values, shape: file.shape(name) ?? [], on: backend)
    self = stored.shape.count == 4 ? stored.permuted([0, 2, 3, 1]) : stored
  }

  /// The elements in PyTorch's order: images `[N, H, W, C]` as `[N, C, H, W]`.
  public func channelsFirstValues() throws -> [Float] {
    try (shape.count == 4 ? permuted([0, 3, 1, 2]) : self).values()
  }
}
