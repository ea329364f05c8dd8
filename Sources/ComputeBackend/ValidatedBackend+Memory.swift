extension ValidatedBackend {
  public func makeBuffer(count: Int) -> Buffer {
    check("makeBuffer", count >= 0, "\(count) elements")
    return base.makeBuffer(count: count)
  }

  public func upload<Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Element>, to slice: BufferSlice
  ) {
    check(
      "upload", MemoryLayout<Element>.stride == 4 && values.count == slice.count,
      "\(values.count) elements of \(MemoryLayout<Element>.stride) bytes to \(slice.count) of 4")
    pool.countUpload(of: values.count * 4)
    base.upload(values, to: slice)
  }

  public func download<Element: BitwiseCopyable>(
    _ slice: BufferSlice, to values: UnsafeMutableBufferPointer<Element>
  ) throws {
    check(
      "download", MemoryLayout<Element>.stride == 4 && values.count == slice.count,
      "\(slice.count) elements of 4 bytes to \(values.count) of \(MemoryLayout<Element>.stride)")
    pool.countDownload(of: values.count * 4)
    try base.download(slice, to: values)
  }

  public func synchronize() throws { try base.synchronize() }

  public func fill(_ slice: BufferSlice, with value: Float) { base.fill(slice, with: value) }

  public func copy(_ source: BufferSlice, into: BufferSlice) {
    check("copy", source.count == into.count, "\(source.count) elements into \(into.count)")
    base.copy(source, into: into)
  }

  public func permute(_ source: BufferSlice, shape: [Int], axes: [Int], into: BufferSlice) {
    check(
      "permute", shape.count <= 5 && axes.sorted() == Array(shape.indices),
      "shape \(shape) by axes \(axes)")
    let count = shape.reduce(1, *)
    check("permute", shape, ("source", source, count), ("into", into, count))
    base.permute(source, shape: shape, axes: axes, into: into)
  }

  public func copyBlock(
    _ source: BufferSlice, sourcePitch: Int, into: BufferSlice, intoPitch: Int, rows: Int,
    columns: Int
  ) {
    check(
      "copyBlock",
      rows == 0 || columns == 0
        || columns <= sourcePitch && columns <= intoPitch
          && (rows - 1) * sourcePitch + columns <= source.count
          && (rows - 1) * intoPitch + columns <= into.count,
      """
      [\(rows), \(columns)] from \(source.count) elements of pitch \(sourcePitch) into \
      \(into.count) of pitch \(intoPitch)
      """)
    base.copyBlock(
      source, sourcePitch: sourcePitch, into: into, intoPitch: intoPitch, rows: rows,
      columns: columns)
  }

  public func gatherRows(
    _ table: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    check(
      "gatherRows",
      columns > 0 && into.count == indices.count * columns && table.count % columns == 0,
      "\(indices.count) rows of \(columns) from \(table.count) elements into \(into.count)")
    base.gatherRows(table, indices: indices, columns: columns, into: into)
  }

  public func scatterAddRows(
    _ source: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    check(
      "scatterAddRows",
      columns > 0 && source.count == indices.count * columns && into.count % columns == 0,
      "\(indices.count) rows of \(columns) from \(source.count) elements into \(into.count)")
    base.scatterAddRows(source, indices: indices, columns: columns, into: into)
  }

  public func unpackBytes(_ bytes: BufferSlice, table: BufferSlice, into: BufferSlice) {
    check(
      "unpackBytes", bytes.count == (into.count + 3) / 4 && table.count == 256,
      "\(bytes.count) elements by a table of \(table.count) into \(into.count)")
    base.unpackBytes(bytes, table: table, into: into)
  }

  public func packBytes(_ source: BufferSlice, into: BufferSlice) {
    check(
      "packBytes", into.count == (source.count + 3) / 4,
      "\(source.count) elements into \(into.count)")
    base.packBytes(source, into: into)
  }
}
