import Autograd

extension Tensor {
  /// Images `[N, H, W, C]` whose sides are the next multiples of a number.
  func paddedToMultiple(of number: Int) -> Tensor {
    func next(_ side: Int) -> Int { (side + number - 1) / number * number }
    return window(height: next(shape[1]), width: next(shape[2]))
  }

  /// The upper left part of images `[N, H, W, C]`; beyond them the last row and column repeat.
  func window(height: Int, width: Int) -> Tensor {
    let (count, channels) = (shape[0], shape[3])
    guard height != shape[1] || width != shape[2] else { return self }
    var sources: [Int32] = []
    sources.reserveCapacity(count * height * width)
    for image in 0..<count {
      for y in 0..<height {
        let row = (image * shape[1] + min(y, shape[1] - 1)) * shape[2]
        for x in 0..<width { sources.append(Int32(row + min(x, shape[2] - 1))) }
      }
    }
    return reshaped([self.count / channels, channels])
      .gatheredRows(IndexTensor(sources, shape: [sources.count], on: backend))
      .reshaped([count, height, width, channels])
  }
}
