import ComputeBackend

extension BlockShape {
  /// Position of element `[o, m, i]` in an array that has only the axes in `axes`.
  func offset(_ o: Int, _ m: Int, _ i: Int, keeping axes: BlockAxes) -> Int {
    var offset = axes.contains(.outer) ? o : 0
    if axes.contains(.middle) { offset = offset * middle + m }
    if axes.contains(.inner) { offset = offset * inner + i }
    return offset
  }

  /// Calls `body` with each position: o, m, i and the flat index.
  func forEach(_ body: (Int, Int, Int, Int) -> Void) {
    var index = 0
    for o in 0..<outer {
      for m in 0..<middle {
        for i in 0..<inner {
          body(o, m, i, index)
          index += 1
        }
      }
    }
  }
}

extension BinaryOperation {
  /// The function of two numbers; maximum and minimum pass NaN on.
  func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
    case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
    case .greater: a > b ? 1 : 0
    }
  }
}

extension ReferenceOperations {
  public func unary(_ operation: UnaryOperation, _ x: BufferSlice, into: BufferSlice) {
    let y = into.elements
    for i in 0..<x.count { y[i] = operation(x.elements[i]) }
  }

  public func unaryGradient(
    _ operation: UnaryOperation, _ x: BufferSlice, upstream: BufferSlice, into: BufferSlice
  ) {
    let g = upstream.elements
    let y = into.elements
    for i in 0..<x.count { y[i] = g[i] * operation.derivative(x.elements[i]) }
  }

  public func binary(
    _ operation: BinaryOperation, _ a: BufferSlice, _ b: BufferSlice, shape: BlockShape,
    axesOfB: BlockAxes, into: BufferSlice
  ) {
    let x = a.elements
    let z = b.elements
    let y = into.elements
    shape.forEach { o, m, i, index in
      y[index] = operation(x[index], z[shape.offset(o, m, i, keeping: axesOfB)])
    }
  }

  public func affineSum(
    _ terms: [(coefficient: Float, slice: BufferSlice)], into: BufferSlice
  ) {
    let slices = terms.map { $0.slice.elements }
    for i in 0..<into.count {
      var sum = 0.0
      for (term, x) in zip(terms, slices) { sum += Double(term.coefficient) * x[i] }
      into.elements[i] = sum
    }
  }

  public func rowAffineSum(
    _ terms: [BufferSlice], coefficients: BufferSlice, rows: Int, into: BufferSlice
  ) {
    let c = coefficients.elements
    let slices = terms.map { $0.elements }
    let columns = into.count / rows
    for i in 0..<into.count {
      var sum = 0.0
      for (k, x) in slices.enumerated() { sum += c[k * rows + i / columns] * x[i] }
      into.elements[i] = sum
    }
  }

  public func modulate(
    _ x: BufferSlice, scale: BufferSlice, shift: BufferSlice, shape: BlockShape, perSample: Bool,
    activation: Activation, into: BufferSlice
  ) {
    let axes: BlockAxes = perSample ? [.outer, .inner] : .inner
    let source = x.elements
    let factors = scale.elements
    let terms = shift.elements
    let y = into.elements
    shape.forEach { o, m, i, index in
      let place = shape.offset(o, m, i, keeping: axes)
      y[index] = activation.unary(source[index] * factors[place] + terms[place])
    }
  }
}
