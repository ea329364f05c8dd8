/// What the kernels want to know per channel of a block, in a thread's scratch memory.
struct ChannelConstants {
  let sums: UnsafeMutablePointer<Double>
  let products: UnsafeMutablePointer<Double>
  let residual: UnsafeMutablePointer<Double>
  let mean: UnsafeMutablePointer<Float>
  let factor: UnsafeMutablePointer<Float>
  let constant: UnsafeMutablePointer<Float>
  let linear: UnsafeMutablePointer<Float>

  /// Elements of memory for each channel.
  static let size = 10

  /// - Parameter memory: `size` elements for each channel.
  init(_ memory: UnsafeMutablePointer<Float>, channels: Int) {
    sums = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Double.self)
    products = sums + channels
    residual = products + channels
    mean = memory + 6 * channels
    factor = mean + channels
    constant = factor + channels
    linear = constant + channels
  }

  init(_ memory: UnsafeMutablePointer<Float>, _ block: GroupBlock) {
    self.init(memory, channels: block.channels)
  }

  /// Sets `mean` and `factor` = rstd·gamma.
  func fill(
    _ block: GroupBlock, mean means: UnsafePointer<Float>, rstd: UnsafePointer<Float>,
    gamma: UnsafePointer<Float>
  ) {
    for group in 0..<block.groups {
      for c in block.range(group) {
        mean[c] = means[block.statistic + group]
        factor[c] = rstd[block.statistic + group] * gamma[block.firstChannel + c]
      }
    }
  }
}
