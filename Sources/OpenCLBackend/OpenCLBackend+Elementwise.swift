import ComputeBackend

extension OpenCLBackend {
  /// The number of vectors that hold `count` elements.
  func vectors(_ count: Int) -> Int { (count + tuning.lanes - 1) / tuning.lanes }

  public func unary(_ operation: UnaryOperation, _ x: BufferSlice, into: BufferSlice) {
    context.launch(
      .elementwise, "unary", items: vectors(x.count),
      [
        .int(Int(operation.code.rawValue)), .float(operation.a), .float(operation.b), .input(x),
        .output(into), .int(x.count),
      ])
  }

  public func unaryGradient(
    _ operation: UnaryOperation, _ x: BufferSlice, upstream: BufferSlice, into: BufferSlice
  ) {
    context.launch(
      .elementwise, "unaryGradient", items: vectors(x.count),
      [
        .int(Int(operation.code.rawValue)), .float(operation.a), .float(operation.b), .input(x),
        .input(upstream), .output(into), .int(x.count),
      ])
  }

  public func binary(
    _ operation: BinaryOperation, _ a: BufferSlice, _ b: BufferSlice, shape: BlockShape,
    axesOfB: BlockAxes, into: BufferSlice
  ) {
    let layout = BroadcastLayout(shape, axesOfB: axesOfB)
    context.launch(
      .elementwise, "binary", items: layout.rows * pieces(layout.columns),
      [
        .int(Int(operation.rawValue)), .input(a), .input(b), .output(into), .int(layout.rows),
        .int(layout.middle), .int(layout.columns), .int(layout.strideOuter),
        .int(layout.strideMiddle), .int(layout.strideInner),
      ])
  }

  public func affineSum(
    _ terms: [(coefficient: Float, slice: BufferSlice)], into: BufferSlice
  ) {
    let four = (0..<4).map { terms[$0 < terms.count ? $0 : 0] }
    context.launch(
      .elementwise, "affineSum", items: vectors(into.count),
      [.int(terms.count)] + four.map { .float($0.coefficient) } + four.map { .input($0.slice) }
        + [.output(into), .int(into.count)])
  }

  public func rowAffineSum(
    _ terms: [BufferSlice], coefficients: BufferSlice, rows: Int, into: BufferSlice
  ) {
    guard into.count > 0 else { return }
    let columns = into.count / rows
    let four = (0..<4).map { terms[$0 < terms.count ? $0 : 0] }
    context.launch(
      .elementwise, "rowAffineSum", items: rows * pieces(columns),
      [.int(terms.count), .input(coefficients)] + four.map { .input($0) }
        + [.output(into), .int(rows), .int(columns)])
  }

  public func modulate(
    _ x: BufferSlice, scale: BufferSlice, shift: BufferSlice, shape: BlockShape, perSample: Bool,
    activation: Activation, into: BufferSlice
  ) {
    context.launch(
      .elementwise, "modulate", items: shape.outer * shape.middle * pieces(shape.inner),
      [
        .int(Int(activation.rawValue)), .input(x), .input(scale), .input(shift), .output(into),
        .int(shape.outer * shape.middle), .int(shape.middle), .int(shape.inner),
        .int(perSample ? shape.inner : 0),
      ])
  }
}

/// How `binary` walks over the operands: rows of columns, and the strides of b.
struct BroadcastLayout {
  var rows: Int
  var middle: Int
  var columns: Int
  var strideOuter: Int
  var strideMiddle: Int
  var strideInner: Int

  /// Joins neighbouring axes that b both has, or both lacks, into longer rows.
  init(_ shape: BlockShape, axesOfB: BlockAxes) {
    var axes: [(size: Int, present: Bool)] = [
      (shape.outer, axesOfB.contains(.outer)), (shape.middle, axesOfB.contains(.middle)),
      (shape.inner, axesOfB.contains(.inner)),
    ].filter { $0.0 != 1 }
    var index = 1
    while index < axes.count {
      if axes[index].present == axes[index - 1].present {
        axes[index - 1].size *= axes[index].size
        axes.remove(at: index)
      } else {
        index += 1
      }
    }
    axes = [(size: Int, present: Bool)](repeating: (1, false), count: 3 - axes.count) + axes
    rows = axes[0].size * axes[1].size
    middle = axes[1].size
    columns = axes[2].size
    strideInner = axes[2].present ? 1 : 0
    let inner = axes[2].present ? columns : 1
    strideMiddle = axes[1].present ? inner : 0
    strideOuter = axes[0].present ? inner * (axes[1].present ? middle : 1) : 0
  }
}
