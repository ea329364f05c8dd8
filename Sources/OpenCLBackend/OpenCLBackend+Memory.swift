import COpenCL
import ComputeBackend

extension OpenCLBackend {
  public func makeBuffer(count: Int) -> Buffer {
    if let buffer = pool.make(count: count) { return buffer }
    context.encode("makeBuffer") { _ throws(BackendError) in
      throw .outOfMemory(bytes: count * 4, device: description.label)
    }
    guard let standIn = exhausted.make(count: count) else {
      preconditionFailure("makeBuffer: no stand-in for \(count) elements")
    }
    return standIn
  }

  public func upload<Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Element>, to slice: BufferSlice
  ) {
    guard let base = values.baseAddress, slice.count > 0 else { return }
    slice.buffer.invalidateDerived()
    context.encode("upload") { state throws(BackendError) in
      context.reclaimUploads(&state)
      let memory = try context.memory(of: slice.buffer)
      let staged = UnsafeMutableRawPointer.allocate(byteCount: slice.count * 4, alignment: 64)
      staged.copyMemory(from: base, byteCount: slice.count * 4)
      var event: cl_event?
      let status = clEnqueueWriteBuffer(
        context.queue.raw, memory, cl_bool(CL_FALSE), slice.offset * 4, slice.count * 4, staged, 0,
        nil, &event)
      guard let event else {
        staged.deallocate()
        return try context.check(status, "upload")
      }
      let handle = OpenCLHandle(event, release: clReleaseEvent)
      state.staged.append(OpenCLContext.StagedUpload(memory: staged, event: handle))
    }
  }

  public func download<Element: BitwiseCopyable>(
    _ slice: BufferSlice, to values: UnsafeMutableBufferPointer<Element>
  ) throws {
    try context.wait()
    guard let base = values.baseAddress, slice.count > 0 else { return }
    let status = clEnqueueReadBuffer(
      context.queue.raw, try context.memory(of: slice.buffer), cl_bool(CL_TRUE), slice.offset * 4,
      slice.count * 4, base, 0, nil, nil)
    try context.check(status, "download")
  }

  public func synchronize() throws { try context.wait() }

  public func fill(_ slice: BufferSlice, with value: Float) {
    guard slice.count > 0 else { return }
    slice.buffer.invalidateDerived()
    context.encode("fill") { _ throws(BackendError) in
      var value = value
      let memory = try context.memory(of: slice.buffer)
      try context.check(
        clEnqueueFillBuffer(
          context.queue.raw, memory, &value, 4, slice.offset * 4, slice.count * 4, 0, nil, nil),
        "fill")
    }
  }

  public func copy(_ source: BufferSlice, into: BufferSlice) {
    guard source.count > 0 else { return }
    into.buffer.invalidateDerived()
    context.encode("copy") { _ throws(BackendError) in
      let from = try context.memory(of: source.buffer)
      let to = try context.memory(of: into.buffer)
      try context.check(
        clEnqueueCopyBuffer(
          context.queue.raw, from, to, source.offset * 4, into.offset * 4, source.count * 4, 0,
          nil, nil), "copy")
    }
  }

  public func permute(_ source: BufferSlice, shape: [Int], axes: [Int], into: BufferSlice) {
    let count = shape.reduce(1, *)
    guard count > 0 else { return }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let missing = 5 - shape.count
    let sizes = [Int](repeating: 1, count: missing) + axes.map { shape[$0] }
    let steps = [Int](repeating: 0, count: missing) + axes.map { strides[$0] }
    let items = tuning.style == .gpu ? count : count / sizes[4]
    context.launch(
      .memory, "permute", items: items,
      [.input(source), .output(into)] + (sizes + steps).map { .int($0) })
  }

  public func copyBlock(
    _ source: BufferSlice, sourcePitch: Int, into: BufferSlice, intoPitch: Int, rows: Int,
    columns: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    context.launch(
      .memory, "copyBlock", items: rows * pieces(columns),
      [
        .input(source), .int(sourcePitch), .output(into), .int(intoPitch), .int(rows),
        .int(columns),
      ])
  }

  public func gatherRows(
    _ table: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    context.launch(
      .memory, "gatherRows", items: indices.count * pieces(columns),
      [.input(table), .input(indices), .output(into), .int(indices.count), .int(columns)])
  }

  public func scatterAddRows(
    _ source: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    scatter(
      source, indices: indices, targets: into.count / columns, columns: columns, keep: true,
      into: into)
  }

  public func unpackBytes(_ bytes: BufferSlice, table: BufferSlice, into: BufferSlice) {
    context.launch(
      .memory, "unpackBytes", items: bytes.count,
      [.input(bytes), .input(table), .output(into), .int(into.count)])
  }

  public func packBytes(_ source: BufferSlice, into: BufferSlice) {
    context.launch(
      .memory, "packBytes", items: into.count,
      [.input(source), .output(into), .int(source.count)])
  }

  /// The items in which kernels handle a row.
  func pieces(_ columns: Int) -> Int { (columns + tuning.piece - 1) / tuning.piece }

  /// Sums rows of `source` by target, in the order of the rows; see `scatter.cl`.
  func scatter(
    _ source: BufferSlice, indices: BufferSlice, targets: Int, columns: Int, keep: Bool,
    into: BufferSlice
  ) {
    guard targets > 0 else { return }
    let span = 256
    let spans = (targets + span - 1) / span
    let counts = temporary(targets)
    let sums = temporary(spans)
    let starts = temporary(targets)
    let next = temporary(targets)
    let entries = temporary(indices.count)
    fill(counts[targets], with: 0)
    context.launch(
      .scatter, "countTargets", items: indices.count,
      [.input(indices), .buffer(counts), .int(indices.count)])
    context.launch(
      .scatter, "sumSpans", items: spans,
      [.buffer(counts), .buffer(sums), .int(targets), .int(span)])
    context.launch(
      .scatter, "scanSpans", global: [1], local: [1], [.buffer(sums), .int(spans)])
    context.launch(
      .scatter, "startTargets", items: spans,
      [
        .buffer(counts), .buffer(sums), .buffer(starts), .buffer(next), .int(targets), .int(span),
      ])
    context.launch(
      .scatter, "listEntries", items: indices.count,
      [.input(indices), .buffer(next), .buffer(entries), .int(indices.count)])
    context.launch(
      .scatter, "sortEntries", items: targets,
      [.buffer(counts), .buffer(starts), .buffer(entries), .int(targets)])
    context.launch(
      .scatter, "addEntries", items: targets * ((columns + tuning.lanes - 1) / tuning.lanes),
      [
        .input(source), .buffer(counts), .buffer(starts), .buffer(entries), .output(into),
        .int(targets), .int(columns), .flag(keep),
      ])
  }
}
