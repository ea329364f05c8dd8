import ComputeBackend

extension Conv2DGeometry {
  /// Calls `body(input, weight, output)` with the flat indices of each product of the convolution.
  func forEachProduct(_ body: (Int, Int, Int) -> Void) {
    let inputs = inputChannels / groups
    let outputs = outputChannels / groups
    for n in 0..<batch {
      for oy in 0..<outputHeight {
        for ox in 0..<outputWidth {
          for ky in 0..<kernelHeight {
            let y = oy * stride + ky - padding.top
            guard y >= 0 && y < inputHeight else { continue }
            for kx in 0..<kernelWidth {
              let x = ox * stride + kx - padding.left
              guard x >= 0 && x < inputWidth else { continue }
              let pixel = ((n * inputHeight + y) * inputWidth + x) * inputChannels
              let result = ((n * outputHeight + oy) * outputWidth + ox) * outputChannels
              for o in 0..<outputChannels {
                let tap = ((o * kernelHeight + ky) * kernelWidth + kx) * inputs
                let first = pixel + o / outputs * inputs
                for i in 0..<inputs { body(first + i, tap + i, result + o) }
              }
            }
          }
        }
      }
    }
  }
}

extension ReferenceOperations {
  public func convolve(
    _ geometry: Conv2DGeometry, input: BufferSlice, weight: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    let x = input.elements
    let w = weight.elements
    let y = into.elements
    for i in 0..<into.count { y[i] = 0 }
    geometry.forEachProduct { y[$2] += x[$0] * w[$1] }
    let channels = geometry.outputChannels
    for i in 0..<into.count {
      y[i] = epilogue(
        y[i], sample: i / (into.count / geometry.batch), channel: i % channels, channels: channels,
        index: i)
    }
  }

  public func convolveInputGradient(
    _ geometry: Conv2DGeometry, outputGradient: BufferSlice, weight: BufferSlice,
    into: BufferSlice
  ) {
    let g = outputGradient.elements
    let w = weight.elements
    let x = into.elements
    for i in 0..<into.count { x[i] = 0 }
    geometry.forEachProduct { x[$0] += g[$2] * w[$1] }
  }

  public func convolveWeightGradient(
    _ geometry: Conv2DGeometry, input: BufferSlice, outputGradient: BufferSlice,
    into: BufferSlice
  ) {
    let x = input.elements
    let g = outputGradient.elements
    let w = into.elements
    for i in 0..<into.count { w[i] = 0 }
    geometry.forEachProduct { w[$1] += g[$2] * x[$0] }
  }
}
