extension ValidatedBackend {
  public func unary(_ operation: UnaryOperation, _ x: BufferSlice, into: BufferSlice) {
    check("unary", x.count == into.count, "\(x.count) elements into \(into.count)")
    base.unary(operation, x, into: into)
  }

  public func unaryGradient(
    _ operation: UnaryOperation, _ x: BufferSlice, upstream: BufferSlice, into: BufferSlice
  ) {
    check(
      "unaryGradient", x.count == into.count && x.count == upstream.count,
      "\(x.count) elements, upstream \(upstream.count), into \(into.count)")
    base.unaryGradient(operation, x, upstream: upstream, into: into)
  }

  public func binary(
    _ operation: BinaryOperation, _ a: BufferSlice, _ b: BufferSlice, shape: BlockShape,
    axesOfB: BlockAxes, into: BufferSlice
  ) {
    check(
      "binary", shape, ("a", a, shape.count), ("b", b, shape.count(keeping: axesOfB)),
      ("into", into, shape.count))
    base.binary(operation, a, b, shape: shape, axesOfB: axesOfB, into: into)
  }

  public func affineSum(
    _ terms: [(coefficient: Float, slice: BufferSlice)], into: BufferSlice
  ) {
    check(
      "affineSum",
      (1...4).contains(terms.count) && terms.allSatisfy { $0.slice.count == into.count },
      "1 to 4 terms, of \(terms.map(\.slice.count)) elements, into \(into.count)")
    base.affineSum(terms, into: into)
  }

  public func rowAffineSum(
    _ terms: [BufferSlice], coefficients: BufferSlice, rows: Int, into: BufferSlice
  ) {
    check(
      "rowAffineSum",
      (1...4).contains(terms.count) && terms.allSatisfy { $0.count == into.count } && rows > 0
        && into.count % rows == 0 && coefficients.count == terms.count * rows,
      """
      1 to 4 terms, of \(terms.map(\.count)) elements in \(rows) rows, \(coefficients.count) \
      coefficients, into \(into.count)
      """)
    base.rowAffineSum(terms, coefficients: coefficients, rows: rows, into: into)
  }

  public func modulate(
    _ x: BufferSlice, scale: BufferSlice, shift: BufferSlice, shape: BlockShape, perSample: Bool,
    activation: Activation, into: BufferSlice
  ) {
    let parameters = shape.count(keeping: perSample ? [.outer, .inner] : .inner)
    check(
      "modulate", shape, ("x", x, shape.count), ("scale", scale, parameters),
      ("shift", shift, parameters), ("into", into, shape.count))
    base.modulate(
      x, scale: scale, shift: shift, shape: shape, perSample: perSample, activation: activation,
      into: into)
  }
}
