import ComputeBackend
import NeuralNet

extension UNet2DModel {
  /// Floating-point operations of one forward pass: convolutions, linear layers and attention.
  ///
  /// A multiply-add counts as two. Height and width are those of the configuration if not given.
  public func flops(batch: Int, height: Int? = nil, width: Int? = nil) -> Int {
    let size = configuration.sampleSize
    let height = height ?? size?.height ?? configuration.sizeDivisor
    let width = width ?? size?.width ?? configuration.sizeDivisor
    var flops = 0
    for parameter in parameters.weights where parameter.name.hasSuffix(".weight") {
      let shape = parameter.value.shape
      guard shape.count == 2 || shape.count == 4,
        !["time_proj.weight", "class_embedding.weight"].contains(parameter.name)
      else {
        continue
      }
      let level = self.level(parameter.name)
      let pixels = (height >> level) * (width >> level)
      let isPerPixel = shape.count == 4 || parameter.name.contains(".attentions.")
      flops += 2 * shape.reduce(1, *) * (isPerPixel ? pixels : 1)
      // Once an attention layer; the number of heads does not matter.
      if parameter.name.hasSuffix(".to_q.weight") {
        flops +=
          AttentionShape(
            batch: 1, queries: pixels, keys: pixels, heads: 1, headSize: shape[0], scale: 1
          ).flops
      }
    }
    return batch * flops
  }

  /// How often the resolution was halved where a layer writes its output.
  private func level(_ name: String) -> Int {
    let parts = name.split(separator: ".")
    let last = configuration.blockOutputChannels.count - 1
    switch parts[0] {
    case "mid_block": return last
    case "down_blocks":
      return (Int(parts[1]) ?? 0)
        + (["downsamplers", "resnet_down", "skip_conv"].contains(parts[2]) ? 1 : 0)
    case "up_blocks":
      return last - (Int(parts[1]) ?? 0) - (["upsamplers", "resnet_up"].contains(parts[2]) ? 1 : 0)
    default: return 0
    }
  }
}
