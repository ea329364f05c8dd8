/// The tensor names of the blocks of MobileNetV3 and EfficientNet, as torchvision and timm have
/// them.
struct MobileNames {
  var blocks: [InvertedResidual.Names] = []
  /// The stage of each block.
  var stages: [Int] = []
  /// The convolution after the blocks, and its normalization.
  var last: (String, String)

  /// Blocks `features.N.block`, all in one sequence.
  static func torchvisionV3(_ shapes: TensorShapes) -> MobileNames {
    let count = shapes.count({ "features.\($0).block" }, from: 1)
    var names = MobileNames(last: ("features.\(count + 1).0", "features.\(count + 1).1"))
    for index in 0..<count {
      names.add(torchvisionBlock("features.\(index + 1).block", shapes), stage: index)
    }
    return names
  }

  /// Blocks `features.STAGE.N.block`.
  static func torchvision(_ shapes: TensorShapes) -> MobileNames {
    let count = shapes.count({ "features.\($0).0.block" }, from: 1)
    var names = MobileNames(last: ("features.\(count + 1).0", "features.\(count + 1).1"))
    for stage in 0..<count {
      for index in 0..<shapes.count({ "features.\(stage + 1).\($0).block" }) {
        names.add(
          torchvisionBlock("features.\(stage + 1).\(index).block", shapes), stage: stage)
      }
    }
    return names
  }

  /// Blocks `blocks.STAGE.N`; of MobileNetV3 the last is a convolution alone.
  static func timm(_ shapes: TensorShapes) -> MobileNames {
    var names = MobileNames(last: ("conv_head", "bn2"))
    for stage in 0..<shapes.count({ "blocks.\($0)" }) {
      for index in 0..<shapes.count({ "blocks.\(stage).\($0)" }) {
        let path = "blocks.\(stage).\(index)"
        if shapes[path + ".conv.weight"] != nil {
          names.last = (path + ".conv", path + ".bn1")
        } else {
          names.add(timmBlock(path, shapes), stage: stage)
        }
      }
    }
    return names
  }

  private mutating func add(_ block: InvertedResidual.Names, stage: Int) {
    blocks.append(block)
    stages.append(stage)
  }

  /// Numbered parts: an expansion unless the first is depthwise already, attention if it has one.
  private static func torchvisionBlock(
    _ path: String, _ shapes: TensorShapes
  ) -> InvertedResidual.Names {
    func layer(_ index: Int) -> (String, String) { ("\(path).\(index).0", "\(path).\(index).1") }
    // A depthwise weight has one input.
    var index = shapes["\(path).0.0.weight"]?.dropFirst().first == 1 ? 0 : 1
    var names = InvertedResidual.Names(
      expansion: index == 1 ? layer(0) : nil, depthwise: layer(index), attention: nil,
      projection: layer(index + 1))
    if shapes["\(path).\(index + 1).fc1.weight"] != nil {
      index += 1
      names.attention = ("\(path).\(index).fc1", "\(path).\(index).fc2")
      names.projection = layer(index + 1)
    }
    return names
  }

  private static func timmBlock(
    _ path: String, _ shapes: TensorShapes
  ) -> InvertedResidual.Names {
    func layer(_ convolution: String, _ norm: String) -> (String, String) {
      ("\(path).\(convolution)", "\(path).\(norm)")
    }
    let expands = shapes[path + ".conv_pwl.weight"] != nil
    return InvertedResidual.Names(
      expansion: expands ? layer("conv_pw", "bn1") : nil,
      depthwise: layer("conv_dw", expands ? "bn2" : "bn1"),
      attention: shapes[path + ".se.conv_reduce.weight"] != nil
        ? layer("se.conv_reduce", "se.conv_expand") : nil,
      projection: expands ? layer("conv_pwl", "bn3") : layer("conv_pw", "bn2"))
  }
}
