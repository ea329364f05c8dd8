import ComputeBackend
import Foundation

extension ReferenceOperations {
  public func reduce(
    _ operation: ReductionOperation, _ x: BufferSlice, shape: BlockShape, keeping: BlockAxes,
    scale: Float, into: BufferSlice
  ) {
    let source = x.elements
    let y = into.elements
    for i in 0..<into.count { y[i] = operation == .maximum ? -.infinity : 0 }
    shape.forEach { o, m, i, index in
      let place = shape.offset(o, m, i, keeping: keeping)
      switch operation {
      case .sum: y[place] += source[index]
      case .maximum: y[place] = BinaryOperation.maximum(y[place], source[index])
      case .sumOfSquares: y[place] += source[index] * source[index]
      }
    }
    for i in 0..<into.count { y[i] *= Double(scale) }
  }

  public func argmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    let source = x.elements
    let y = into.elements
    for row in 0..<rows {
      var best = 0
      for column in 0..<columns where source[row * columns + column] > source[row * columns + best]
      {
        best = column
      }
      y[row] = Double(best)
    }
  }

  public func softmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    let source = x.elements
    let y = into.elements
    for row in 0..<rows {
      let values = source + row * columns
      let logSum = logSumExp(values, count: columns)
      for column in 0..<columns { y[row * columns + column] = exp(values[column] - logSum) }
    }
  }

  public func softmaxGradient(
    _ y: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    let p = y.elements
    let g = upstream.elements
    let result = into.elements
    for row in 0..<rows {
      let range = row * columns..<(row + 1) * columns
      var dot = 0.0
      for i in range { dot += g[i] * p[i] }
      for i in range { result[i] = p[i] * (g[i] - dot) }
    }
  }

  public func softmaxCrossEntropy(
    _ logits: BufferSlice, labels: BufferSlice, rows: Int, columns: Int, losses: BufferSlice
  ) {
    let x = logits.elements
    let label = labels.elements
    let y = losses.elements
    for row in 0..<rows {
      let values = x + row * columns
      y[row] = logSumExp(values, count: columns) - values[Int(label[row])]
    }
  }

  public func softmaxCrossEntropyGradient(
    _ logits: BufferSlice, labels: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int,
    into: BufferSlice
  ) {
    let x = logits.elements
    let label = labels.elements
    let g = upstream.elements
    let y = into.elements
    for row in 0..<rows {
      let values = x + row * columns
      let logSum = logSumExp(values, count: columns)
      for column in 0..<columns {
        let target = column == Int(label[row]) ? 1.0 : 0.0
        y[row * columns + column] = g[row] * (exp(values[column] - logSum) - target)
      }
    }
  }
}

/// log Σ eˣ, computed without overflow.
func logSumExp(_ x: UnsafeMutablePointer<Double>, count: Int) -> Double {
  var greatest = -Double.infinity
  for i in 0..<count { greatest = BinaryOperation.maximum(greatest, x[i]) }
  var sum = 0.0
  for i in 0..<count { sum += exp(x[i] - greatest) }
  return greatest + log(sum)
}
