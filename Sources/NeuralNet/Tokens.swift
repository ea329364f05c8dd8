import Autograd
import ComputeBackend

extension Tensor {
  /// Tokens `[N, T, C]` with a further one `[C]` before those of each sample: `[N, T + 1, C]`.
  public func preceded(by token: Tensor) -> Tensor {
    let (samples, width) = (shape[0], token.count)
    precondition(
      shape.count == 3 && shape[2] == width, "preceded: tokens \(shape), a further \(token.shape)")
    let repeated = token.reshaped([width]).expanded(
      shape: BlockShape(outer: samples, inner: width), axes: .inner, resultShape: [samples, width])
    return concatenate([repeated, reshaped([samples, count / samples])])
      .reshaped([samples, shape[1] + 1, width])
  }

  /// Tokens `[N, T, C]` plus what `positions` has for each place, `T·C` elements in all.
  public func adding(positions: Tensor) -> Tensor {
    precondition(
      shape.count == 3 && positions.count * shape[0] == count,
      "adding(positions): tokens \(shape), positions \(positions.shape)")
    return combined(
      .add, positions.reshaped([positions.count]),
      shape: BlockShape(outer: shape[0], inner: positions.count), axes: .inner)
  }
}
