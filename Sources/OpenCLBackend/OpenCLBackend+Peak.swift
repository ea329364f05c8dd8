import ComputeBackend

extension OpenCLBackend: PeakMeasurement {
  /// The kernel and the vectors that an item of it keeps; see `peak.cl`.
  private var multiplyAddKernel: (name: String, chains: Int) {
    tuning.style == .cpu && context.device.vectorWidth >= 16
      ? ("multiplyAdd12", 12) : ("multiplyAdd6", 6)
  }

  /// Eight items for each core, or 2048 threads for each unit of a GPU.
  public var multiplyAddElements: Int {
    let items = max(description.units, 1) * (tuning.style == .gpu ? 2048 : 8)
    return items * multiplyAddKernel.chains * tuning.lanes
  }

  public func repeatMultiplyAdd(
    _ values: BufferSlice, factor: Float, addend: Float, count: Int
  ) {
    let kernel = multiplyAddKernel
    let elements = kernel.chains * tuning.lanes
    context.launch(
      .peak, kernel.name, items: (values.count + elements - 1) / elements,
      [.output(values), .int(values.count), .int(count), .float(factor), .float(addend)])
  }
}
