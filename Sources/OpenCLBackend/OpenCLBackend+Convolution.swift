import ComputeBackend
import ConvolutionAlgorithms

/// Convolutions as products over padded images; `product.cl` explains the addressing.
extension OpenCLBackend {
  public func convolve(
    _ geometry: Conv2DGeometry, input: BufferSlice, weight: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    let g = geometry
    guard into.count > 0 else { return }
    if let size = algorithm(g, .forward).tileSize {
      let weights = transformedWeight(
        WinogradWeight(of: g, size: size), from: weight)
      convolve(
        WinogradTiling(g, size: size), input, weights, epilogue: epilogue, into: into)
      return
    }
    let columns = g.outputChannels / g.groups
    let depth = g.weightCount / g.outputChannels
    var source = PanelSource.matrix(
      depth: depth, columns: columns, rowStride: 1, columnStride: depth)
    source.batches = g.groups
    source.batchInner = g.groups
    source.strideInner = columns * depth
    let panels = pack(source, from: weight, keeping: true)
    let image = pad(input, inputPadding(g))
    correlate(g, image, panels, epilogue: epilogue, into: into)
  }

  public func convolveInputGradient(
    _ geometry: Conv2DGeometry, outputGradient: BufferSlice, weight: BufferSlice, into: BufferSlice
  ) {
    let g = geometry
    guard into.count > 0 else { return }
    if let size = algorithm(g, .inputGradient).tileSize {
      let weights = transformedWeight(WinogradWeight(turnedOf: g, size: size), from: weight)
      convolve(
        WinogradTiling(inputGradientOf: g, size: size), outputGradient, weights,
        epilogue: Epilogue(), into: into)
      return
    }
    // A convolution of the spread gradient with the weight turned by 180°, its channels swapped.
    let columns = g.inputChannels / g.groups
    let channels = g.outputChannels / g.groups
    let taps = g.kernelHeight * g.kernelWidth
    let source = PanelSource(
      offset: (taps - 1) * columns, columns: columns, depth: taps * channels, count1: g.kernelWidth,
      count2: channels, stride0: -g.kernelWidth * columns, stride1: -columns,
      stride2: taps * columns, columnStride: 1, batches: g.groups, batchInner: g.groups,
      strideInner: channels * taps * columns)
    let panels = pack(source, from: weight, keeping: true)
    let image = pad(outputGradient, outputGradientPadding(g))
    let turned = Conv2DGeometry(
      batch: g.batch, inputHeight: g.inputHeight + g.kernelHeight - 1,
      inputWidth: g.inputWidth + g.kernelWidth - 1, inputChannels: g.outputChannels,
      outputChannels: g.inputChannels, kernelHeight: g.kernelHeight, kernelWidth: g.kernelWidth,
      groups: g.groups)
    correlate(turned, image, panels, epilogue: Epilogue(), into: into)
  }

  public func convolveWeightGradient(
    _ geometry: Conv2DGeometry, input: BufferSlice, outputGradient: BufferSlice, into: BufferSlice
  ) {
    let g = geometry
    guard into.count > 0, outputGradient.count > 0 else { return fill(into, with: 0) }
    if let size = algorithm(g, .weightGradient).tileSize {
      winogradWeightGradient(
        g, WinogradTiling(g, size: size), input: input, outputGradient: outputGradient, into: into)
      return
    }
    let columns = g.outputChannels / g.groups
    let channels = g.inputChannels / g.groups
    let taps = g.kernelHeight * g.kernelWidth
    let pixels = g.batch * g.outputHeight * g.outputWidth
    var source = PanelSource.matrix(
      depth: pixels, columns: columns, rowStride: g.outputChannels, columnStride: 1)
    source.batches = g.groups
    source.batchInner = g.groups
    source.strideInner = columns
    let panels = pack(source, from: outputGradient, keeping: false)

    // Rows are taps, the inner index is the output pixel: the forward pass with both swapped.
    let padding = inputPadding(g)
    let image = pad(input, padding)
    let line = padding.width * g.inputChannels
    var product = Product(
      rows: taps * channels, columns: columns,
      row: RowAddress(
        count1: g.kernelWidth, count2: channels, stride0: line, stride1: g.inputChannels,
        stride2: 1),
      inner: InnerAddress(
        segments: g.batch * g.outputHeight, segmentCount1: g.outputHeight,
        stride0: padding.height * line, stride1: g.stride * line, runLength: g.outputWidth,
        runStride: g.stride * g.inputChannels),
      resultStride: columns)
    let size = taps * channels * columns
    let segments = max(1, 1024 / g.outputWidth)
    product.splitDepth = segments * g.outputWidth
    product.splits = (product.inner.segments + segments - 1) / segments
    product.splitStride = size
    product.batches = g.groups
    product.batchInner = g.groups
    product.aStrideInner = channels
    product.resultStrideInner = product.splits * size
    let count = g.groups * product.splits * size
    let partial = temporary(count)
    multiply(product, image, panels, into: partial[count])
    context.launch(
      .product, "sumSplitsTransposed", items: g.groups * vectors(columns) * taps * channels,
      [
        .buffer(partial), .output(into), .int(g.groups), .int(product.splits),
        .int(taps * channels), .int(columns),
      ])
  }

  // MARK: Parts

  /// Correlates an image that is padded already with packed weights.
  private func correlate(
    _ g: Conv2DGeometry, _ image: BufferSlice, _ panels: Panels, epilogue: Epilogue,
    into: BufferSlice
  ) {
    let width = g.inputWidth + g.padding.left + g.padding.right
    let height = g.inputHeight + g.padding.top + g.padding.bottom
    let line = width * g.inputChannels
    let channels = g.inputChannels / g.groups
    // Without groups the taps of a kernel's line are contiguous.
    let inner =
      g.groups == 1
      ? InnerAddress(
        segments: g.kernelHeight, stride0: line, runLength: g.kernelWidth * channels, runStride: 1)
      : InnerAddress(
        segments: g.kernelHeight * g.kernelWidth, segmentCount1: g.kernelWidth, stride0: line,
        stride1: g.inputChannels, runLength: channels, runStride: 1)
    let pixels = g.outputHeight * g.outputWidth
    var product = Product(
      rows: g.batch * pixels, columns: g.outputChannels / g.groups,
      row: RowAddress(
        count1: g.outputHeight, count2: g.outputWidth, stride0: height * line,
        stride1: g.stride * line, stride2: g.stride * g.inputChannels),
      inner: inner, resultStride: g.outputChannels)
    product.batches = g.groups
    product.batchInner = g.groups
    product.aStrideInner = channels
    product.resultStrideInner = product.columns
    product.biasStrideInner = product.columns
    product.rowsPerSample = pixels
    product.sampleRows = pixels * g.groups
    product.sampleBiasStride = g.outputChannels
    multiply(product, image, panels, epilogue: epilogue, into: into)
  }

  /// An image `[N, height, width, C]` made of images of another size.
  private struct PaddedImage {
    var batch: Int
    var sourceHeight: Int
    var sourceWidth: Int
    var channels: Int
    var height: Int
    var width: Int
    var top: Int
    var left: Int
    var dilation: Int

    var isIdentity: Bool {
      height == sourceHeight && width == sourceWidth && top == 0 && left == 0 && dilation == 1
    }
  }

  private func inputPadding(_ g: Conv2DGeometry) -> PaddedImage {
    PaddedImage(
      batch: g.batch, sourceHeight: g.inputHeight, sourceWidth: g.inputWidth,
      channels: g.inputChannels, height: g.inputHeight + g.padding.top + g.padding.bottom,
      width: g.inputWidth + g.padding.left + g.padding.right, top: g.padding.top,
      left: g.padding.left, dilation: 1)
  }

  private func outputGradientPadding(_ g: Conv2DGeometry) -> PaddedImage {
    PaddedImage(
      batch: g.batch, sourceHeight: g.outputHeight, sourceWidth: g.outputWidth,
      channels: g.outputChannels, height: g.inputHeight + g.kernelHeight - 1,
      width: g.inputWidth + g.kernelWidth - 1, top: g.kernelHeight - 1 - g.padding.top,
      left: g.kernelWidth - 1 - g.padding.left, dilation: g.stride)
  }

  private func pad(_ image: BufferSlice, _ shape: PaddedImage) -> BufferSlice {
    if shape.isIdentity { return image }
    let pixels = shape.batch * shape.height * shape.width
    let padded = temporary(pixels * shape.channels)
    context.launch(
      .product, "padImages", items: pixels * pieces(shape.channels),
      [
        .input(image), .buffer(padded), .int(shape.batch), .int(shape.sourceHeight),
        .int(shape.sourceWidth), .int(shape.channels), .int(shape.height), .int(shape.width),
        .int(shape.top), .int(shape.left), .int(shape.dilation),
      ])
    return padded[pixels * shape.channels]
  }
}
