/// OpenAI's names of a U-Net's modules by those that the same modules have in diffusers.
struct OpenAINames {
  /// Paths of modules with weights, without `.weight` and `.bias`.
  private(set) var modules: [String: String] = [:]
  /// Paths of attention layers, whose queries, keys and values are one module `qkv`.
  private(set) var attentions: [String: String] = [:]

  private static let residualParts = [
    "norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0", "conv2": "out_layers.3", "conv_shortcut": "skip_connection",
  ]

  init(_ configuration: UNet2DConfiguration) {
    modules = [
      "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
      "class_embedding": "label_emb", "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0",
      "conv_out": "out.2",
    ]
    addResidual("mid_block.resnets.0", "middle_block.0")
    addAttention("mid_block.attentions.0", "middle_block.1")
    addResidual("mid_block.resnets.1", "middle_block.2")
    addDown(configuration)
    addUp(configuration)
  }

  private mutating func addDown(_ configuration: UNet2DConfiguration) {
    var block = 1
    for (level, type) in configuration.downBlockTypes.enumerated() {
      for layer in 0..<configuration.layersPerBlock {
        addResidual("down_blocks.\(level).resnets.\(layer)", "input_blocks.\(block).0")
        if type == .attention {
          addAttention("down_blocks.\(level).attentions.\(layer)", "input_blocks.\(block).1")
        }
        block += 1
      }
      guard level + 1 < configuration.downBlockTypes.count else { break }
      if configuration.downsampleType == .resnet {
        addResidual("down_blocks.\(level).downsamplers.0", "input_blocks.\(block).0")
      } else {
        modules["down_blocks.\(level).downsamplers.0.conv"] = "input_blocks.\(block).0.op"
      }
      block += 1
    }
  }

  private mutating func addUp(_ configuration: UNet2DConfiguration) {
    var block = 0
    for (level, type) in configuration.upBlockTypes.enumerated() {
      for layer in 0...configuration.layersPerBlock {
        let path = "output_blocks.\(block)"
        addResidual("up_blocks.\(level).resnets.\(layer)", "\(path).0")
        if type == .attention {
          addAttention("up_blocks.\(level).attentions.\(layer)", "\(path).1")
        }
        block += 1
        guard layer == configuration.layersPerBlock,
          level + 1 < configuration.upBlockTypes.count
        else { continue }
        // In the same block as the level's last layer.
        let place = type == .attention ? 2 : 1
        if configuration.upsampleType == .resnet {
          addResidual("up_blocks.\(level).upsamplers.0", "\(path).\(place)")
        } else {
          modules["up_blocks.\(level).upsamplers.0.conv"] = "\(path).\(place).conv"
        }
      }
    }
  }

  private mutating func addResidual(_ path: String, _ name: String) {
    for (part, openAIPart) in Self.residualParts {
      modules["\(path).\(part)"] = "\(name).\(openAIPart)"
    }
  }

  private mutating func addAttention(_ path: String, _ name: String) {
    modules["\(path).group_norm"] = "\(name).norm"
    modules["\(path).to_out.0"] = "\(name).proj_out"
    attentions[path] = name
  }
}
