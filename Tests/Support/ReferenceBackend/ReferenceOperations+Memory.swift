import ComputeBackend

extension ReferenceOperations {
  /// Undefined contents are NaN, so that a test finds an operation that reads them.
  public func makeBuffer(count: Int) -> Buffer {
    guard let buffer = pool.make(count: count) else {
      preconditionFailure("ReferenceBackend: out of memory")
    }
    let all = buffer[buffer.capacity].elements
    for i in 0..<buffer.capacity { all[i] = .nan }
    return buffer
  }

  public func upload<Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Element>, to slice: BufferSlice
  ) {
    let into = slice.elements
    for i in 0..<values.count {
      switch values[i] {
      case let value as Float: into[i] = Double(value)
      case let value as Int32: into[i] = Double(value)
      default: preconditionFailure("upload: elements are \(Element.self), not Float or Int32")
      }
    }
  }

  public func download<Element: BitwiseCopyable>(
    _ slice: BufferSlice, to values: UnsafeMutableBufferPointer<Element>
  ) throws {
    let source = slice.elements
    for i in 0..<values.count {
      let value: (any BitwiseCopyable)? =
        switch Element.self {
        case is Float.Type: Float(source[i])
        case is Int32.Type: Int32(source[i])
        default: nil
        }
      guard let value = value as? Element else {
        preconditionFailure("download: elements are \(Element.self), not Float or Int32")
      }
      values[i] = value
    }
  }

  public func synchronize() throws {}

  public func fill(_ slice: BufferSlice, with value: Float) {
    for i in 0..<slice.count { slice.elements[i] = Double(value) }
  }

  public func copy(_ source: BufferSlice, into: BufferSlice) {
    let x = source.elements
    let y = into.elements
    for i in 0..<source.count { y[i] = x[i] }
  }

  public func permute(_ source: BufferSlice, shape: [Int], axes: [Int], into: BufferSlice) {
    let count = shape.reduce(1, *)
    let x = source.elements
    let y = into.elements
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    for i in 0..<count {
      var rest = i
      var from = 0
      for axis in axes.reversed() {
        from += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      y[i] = x[from]
    }
  }

  public func copyBlock(
    _ source: BufferSlice, sourcePitch: Int, into: BufferSlice, intoPitch: Int, rows: Int,
    columns: Int
  ) {
    let x = source.elements
    let y = into.elements
    for row in 0..<rows {
      for column in 0..<columns { y[row * intoPitch + column] = x[row * sourcePitch + column] }
    }
  }

  public func gatherRows(
    _ table: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    let x = table.elements
    let y = into.elements
    for row in 0..<indices.count {
      let from = Int(indices.elements[row])
      for column in 0..<columns { y[row * columns + column] = x[from * columns + column] }
    }
  }

  public func scatterAddRows(
    _ source: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    let x = source.elements
    let y = into.elements
    for row in 0..<indices.count {
      let to = Int(indices.elements[row])
      for column in 0..<columns { y[to * columns + column] += x[row * columns + column] }
    }
  }
}
