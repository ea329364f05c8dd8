extension KernelLayout {
  /// Floats of a file's vectors.
  ///
  /// A thread of a GPU that transforms a tile of Winograd's keeps up to 36 vectors in registers, of
  /// which a thread has at most 255, and a unit 64 Ki for all its threads.
  func lanes(in file: KernelFile) -> Int { style == .gpu && file == .winograd ? 2 : lanes }

  /// What a file is compiled with: no fast-math flag of any kind, as masks, infinities and the
  /// random numbers rely on IEEE rules.
  func buildOptions(_ file: KernelFile) -> String {
    var definitions = [
      ("STYLE_GPU", style == .gpu ? 1 : 0), ("LANES", lanes(in: file)), ("GROUP", group),
      ("PIECE", piece),
    ]
    if file == .product {
      definitions += [
        ("PRODUCT_ROWS", block.rows), ("PRODUCT_COLUMNS", block.columns),
        ("PRODUCT_THREAD_ROWS", block.threadRows),
        ("PRODUCT_THREAD_COLUMNS", block.threadColumns), ("PRODUCT_DEPTH", block.depth),
      ]
    }
    return "-cl-std=CL1.2" + definitions.map { " -D\($0.0)=\($0.1)" }.joined()
  }
}
