import ComputeBackend

extension ReferenceOperations {
  public func maxPool(
    _ geometry: Pool2DGeometry, _ input: BufferSlice, into: BufferSlice, indices: BufferSlice
  ) {
    let x = input.elements
    let y = into.elements
    let places = indices.elements
    let (height, width, channels) = (geometry.inputHeight, geometry.inputWidth, geometry.channels)
    for i in 0..<into.count {
      let channel = i % channels
      let ox = i / channels % geometry.outputWidth
      let oy = i / channels / geometry.outputWidth % geometry.outputHeight
      let n = i / channels / geometry.outputWidth / geometry.outputHeight
      var best: Int?
      for ky in 0..<geometry.kernel {
        for kx in 0..<geometry.kernel {
          let row = oy * geometry.stride + ky - geometry.padding
          let column = ox * geometry.stride + kx - geometry.padding
          guard row >= 0 && row < height && column >= 0 && column < width else { continue }
          let place = ((n * height + row) * width + column) * channels + channel
          if let found = best, !(x[place] > x[found] || x[place].isNaN && !x[found].isNaN) {
            continue
          }
          best = place
        }
      }
      guard let best else { preconditionFailure("maxPool: a window without pixels") }
      y[i] = x[best]
      places[i] = Double(best)
    }
  }

  public func scatterAdd(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    let places = indices.elements
    for i in 0..<into.count { into.elements[i] = 0 }
    for i in 0..<source.count { into.elements[Int(places[i])] += source.elements[i] }
  }

  public func gather(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    let places = indices.elements
    for i in 0..<into.count { into.elements[i] = source.elements[Int(places[i])] }
  }

  public func averagePool(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    let x = input.elements
    let (rows, columns) = (height / factor, width / factor)
    let y = into.elements
    for i in 0..<into.count {
      let ox = i / channels % columns
      let oy = i / channels / columns % rows
      let n = i / channels / columns / rows
      var sum = 0.0
      for ky in 0..<factor {
        for kx in 0..<factor {
          let pixel = (n * height + oy * factor + ky) * width + ox * factor + kx
          sum += x[pixel * channels + i % channels]
        }
      }
      y[i] = sum / Double(factor * factor) * Double(scale)
    }
  }

  public func upsampleNearest(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    let x = input.elements
    let (rows, columns) = (height * factor, width * factor)
    let y = into.elements
    for i in 0..<into.count {
      let ox = i / channels % columns
      let oy = i / channels / columns % rows
      let n = i / channels / columns / rows
      let pixel = (n * height + oy / factor) * width + ox / factor
      y[i] = x[pixel * channels + i % channels] * Double(scale)
    }
  }
}
