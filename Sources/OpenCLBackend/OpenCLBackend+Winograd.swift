import ComputeBackend
import ConvolutionAlgorithms

/// Winograd convolutions as batches of products, one for each plane of `winograd.cl`.
extension OpenCLBackend {
  private struct WeightKey: Hashable {
    var weight: WinogradWeight
    var sliceOffset: Int
  }

  /// G g Gᵀ of all kernels as panels, kept until the weights are written.
  func transformedWeight(_ weight: WinogradWeight, from slice: BufferSlice) -> Panels {
    slice.buffer.derived(WeightKey(weight: weight, sliceOffset: slice.offset)) {
      let tile = tuning.productTile(columns: weight.columns)
      let panelCount = (weight.columns + tile.width - 1) / tile.width
      let stride = panelCount * weight.rows * tile.width
      let planes = (weight.size + 2) * (weight.size + 2)
      let panels = Panels(buffer: temporary(planes * stride), tile: tile, stride: stride)
      context.launch(
        .winograd, "transformWeights\(weight.size)",
        items: weight.rows * panelCount * tile.width / tuning.winogradLanes,
        [
          .input(slice.range(from: weight.first, count: slice.count - weight.first)),
          .buffer(panels.buffer), .int(weight.rows), .int(weight.columns), .int(tile.width),
          .int(weight.rowStride), .int(weight.columnStride), .int(weight.tapStride),
          .int(stride),
        ])
      return panels
    }
  }

  /// into = epilogue(input ⋆ weights), a part of the tiles at a time.
  func convolve(
    _ tiling: WinogradTiling, _ input: BufferSlice, _ weights: Panels, epilogue: Epilogue,
    into: BufferSlice
  ) {
    let (inputs, outputs) = (tiling.source.channels, tiling.target.channels)
    let part = parts(tiling, elements: tiling.planes * (inputs + outputs))
    let transformed = temporary(tiling.planes * part * inputs)
    let products = temporary(tiling.planes * part * outputs)
    let flags =
      (epilogue.bias == nil ? 0 : 1) + (epilogue.sampleBias == nil ? 0 : 2)
      + (epilogue.residual == nil ? 0 : 4)
    for first in stride(from: 0, to: tiling.count, by: part) {
      let tiles = min(part, tiling.count - first)
      transform(
        "transformInput", tiling, input, tiling.source, top: tiling.top, left: tiling.left,
        tiles: first..<first + tiles, into: transformed)
      var product = Product(
        rows: tiles, columns: outputs, row: RowAddress(count2: tiles, stride2: inputs),
        inner: InnerAddress(runLength: inputs, runStride: 1), resultStride: outputs)
      product.batches = tiling.planes
      product.sampleRows = tiling.rows * tiling.columns * tiling.planes
      product.aStrideOuter = tiles * inputs
      product.resultStrideOuter = tiles * outputs
      multiply(
        product, transformed[tiling.planes * tiles * inputs], weights,
        into: products[tiling.planes * tiles * outputs])
      context.launch(
        .winograd, "transformOutput\(tiling.size)", items: tiles * winogradVectors(outputs),
        [
          .buffer(products), .output(into), .optional(epilogue.bias, else: input),
          .optional(epilogue.sampleBias, else: input), .optional(epilogue.residual, else: input),
          .int(flags), .int(Int(epilogue.activation.rawValue)), .int(tiling.target.height),
          .int(tiling.target.width), .int(outputs), .int(tiling.rows), .int(tiling.columns),
          .int(first), .int(tiles), .int(tiles * outputs),
        ])
    }
  }

  /// The weight's gradient `[O, 3, 3, I]`: for each plane the product `[I, tiles]·[tiles, O]`.
  func winogradWeightGradient(
    _ g: Conv2DGeometry, _ tiling: WinogradTiling, input: BufferSlice,
    outputGradient: BufferSlice, into: BufferSlice
  ) {
    let (inputs, outputs) = (g.inputChannels, g.outputChannels)
    let tile = tuning.productTile(columns: outputs)
    let padded = (outputs + tile.width - 1) / tile.width * tile.width
    let part = parts(tiling, elements: tiling.planes * (inputs + padded))
    let splits = (tiling.count + part - 1) / part
    let transformed = temporary(tiling.planes * part * inputs)
    let gradients = temporary(tiling.planes * part * padded)
    let size = tiling.planes * inputs * outputs
    let sums = temporary(splits * size)
    for split in 0..<splits {
      let first = split * part
      let tiles = first..<min(first + part, tiling.count)
      transform(
        "transformInput", tiling, input, tiling.source, top: tiling.top, left: tiling.left,
        tiles: tiles, into: transformed)
      transform(
        "transformGradient", tiling, outputGradient, tiling.target, top: 0, left: 0,
        tiles: tiles, panelWidth: tile.width, into: gradients)
      var product = Product(
        rows: inputs, columns: outputs, row: RowAddress(count2: inputs, stride2: 1),
        inner: InnerAddress(runLength: tiles.count, runStride: inputs), resultStride: outputs)
      product.batches = tiling.planes
      product.aStrideOuter = tiles.count * inputs
      product.resultStrideOuter = inputs * outputs
      multiply(
        product, transformed[tiling.planes * tiles.count * inputs],
        Panels(buffer: gradients, tile: tile, stride: tiles.count * padded),
        into: sums[splits * size].range(from: split * size, count: size))
    }
    context.launch(
      .winograd, "transformSums\(tiling.size)", items: inputs * winogradVectors(outputs),
      [
        .buffer(sums), .output(into), .int(inputs), .int(outputs), .int(splits), .int(size),
      ])
  }

  private func winogradVectors(_ count: Int) -> Int {
    (count + tuning.winogradLanes - 1) / tuning.winogradLanes
  }

  /// Tiles of a part whose planes, `elements` a tile, stay small.
  private func parts(_ tiling: WinogradTiling, elements: Int) -> Int {
    let fitting = max(tuning.winogradElements / elements, 48)
    let count = (tiling.count + fitting - 1) / fitting
    return (tiling.count + count - 1) / count
  }

  /// Planes of tiles, `[k, tile, channel]` or, for a right-hand matrix, panels
  /// `[k, panel, tile, width]`.
  private func transform(
    _ kernel: String, _ tiling: WinogradTiling, _ images: BufferSlice,
    _ shape: WinogradTiling.Image, top: Int, left: Int, tiles: Range<Int>, panelWidth: Int = 0,
    into: Buffer
  ) {
    let channels =
      panelWidth > 0
      ? (shape.channels + panelWidth - 1) / panelWidth * panelWidth : shape.channels
    context.launch(
      .winograd, "\(kernel)\(tiling.size)", items: tiles.count * winogradVectors(channels),
      [
        .input(images), .buffer(into), .int(shape.height), .int(shape.width),
        .int(shape.channels), .int(tiling.rows), .int(tiling.columns), .int(top), .int(left),
        .int(tiles.lowerBound), .int(tiles.count), .int(panelWidth),
        .int(tiles.count * channels),
      ])
  }
}
