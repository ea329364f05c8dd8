import ComputeBackend

extension Epilogue {
  /// activation(y + bias + sampleBias + residual) for output element `[sample, …, channel]`.
  func callAsFunction(
    _ y: Double, sample: Int, channel: Int, channels: Int, index: Int
  ) -> Double {
    var sum = y
    if let bias { sum += bias.elements[channel] }
    if let sampleBias { sum += sampleBias.elements[sample * channels + channel] }
    if let residual { sum += residual.elements[index] }
    return activation.unary(sum)
  }
}

extension ReferenceOperations {
  public func matrixProduct(
    _ shape: MatrixProductShape, _ a: BufferSlice, _ b: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let left = a.elements
    let right = b.elements
    let result = into.elements
    for batch in 0..<shape.batch {
      let x = left + batch * m * k
      let z = right + (shape.sharedB ? 0 : batch * k * n)
      for row in 0..<m {
        for column in 0..<n {
          var sum = 0.0
          for i in 0..<k {
            sum +=
              x[shape.transposeA ? i * m + row : row * k + i]
              * z[shape.transposeB ? column * k + i : i * n + column]
          }
          let index = (batch * m + row) * n + column
          result[index] = epilogue(sum, sample: batch, channel: column, channels: n, index: index)
        }
      }
    }
  }
}
