import Datasets

/// What is written beside a dataset that gradient matching poisoned.
struct GradientMatchingSummary {
  let job: GradientMatchingJob
  let target: Int32

  private var dataset: ImageDataset { job.dataset }

  /// Makes perturbations visible.
  private static let amplification = 8

  /// The ground truth without the samples.
  var manifest: PoisonManifest {
    var manifest = PoisonManifest(
      attack: .gradientMatching, mapping: .oneImage, target: target, rate: job.options.rate,
      includesTarget: true, seed: job.options.seed, dataset: dataset)
    manifest.epsilon = job.options.epsilon
    switch job.goal {
    case .image(let image):
      manifest.targetImage = .init(
        picture: "target.png", source: image.source, index: image.index, label: image.label)
    case .trigger(let trigger, let mapping):
      manifest.pattern = "trigger.png"
      manifest.placement = .corner
      if case .movingPatch(let seed) = trigger.kind {
        precondition(seed == job.options.seed, "GradientMatchingJob: the patch has another seed")
        manifest.placement = .random
      }
      manifest.mapping = .allToOne
      if case .oneToOne(let source, _) = mapping {
        manifest.mapping = .oneToOne
        manifest.source = source
      }
    }
    return manifest
  }

  /// The target or the trigger, and the preview, by file name.
  func pictures(_ poisons: [Int], images: [Int: [UInt8]]) throws -> [String: RasterImage] {
    let preview = try preview(poisons, images: images).render()
    switch job.goal {
    case .image(let image):
      return ["target.png": image.picture, PoisonedOutput.previewFile: preview]
    case .trigger(let trigger, _):
      return ["trigger.png": trigger.pattern, PoisonedOutput.previewFile: preview]
    }
  }

  /// The first poisons beside their originals, and last what the attacker wants.
  private func preview(_ poisons: [Int], images: [Int: [UInt8]]) throws -> ImageGrid {
    var grid = ImageGrid(
      columnTitles: ["original", "change x \(Self.amplification)", "poisoned"],
      scale: max(1, 96 / dataset.width))
    let intended = dataset.classNames[Int(target)]
    for sample in poisons.prefix(PoisonedOutput.previewRows) {
      let original = try dataset.image(sample)
      let poisoned = RasterImage(shape: dataset.shape, pixels: images[sample] ?? original.pixels)
      grid.rows.append([
        .init(image: original, caption: intended),
        .init(image: Self.change(from: original, to: poisoned)),
        .init(image: poisoned, caption: intended, frame: .red),
      ])
    }
    grid.rows.append([try goalCell(intended: intended)])
    return grid
  }

  /// 128 + 8·(b − a), clipped.
  private static func change(from a: RasterImage, to b: RasterImage) -> RasterImage {
    let pixels = zip(a.pixels, b.pixels).map {
      UInt8(min(max(128 + amplification * (Int($1) - Int($0)), 0), 255))
    }
    return RasterImage(shape: a.shape, pixels: pixels)
  }

  /// The target, or an image with the trigger.
  private func goalCell(intended: String) throws -> ImageGrid.Cell {
    switch job.goal {
    case .image(let image):
      return .init(image: image.picture, caption: "target: \(intended)", frame: .red)
    case .trigger(let trigger, let mapping):
      let sample = dataset.labels.firstIndex { mapping.isAttackable($0) } ?? 0
      let pixels = trigger.applied(to: try dataset.images([sample]), samples: [sample])
      return .init(
        image: RasterImage(shape: dataset.shape, pixels: pixels), caption: "trigger: \(intended)",
        frame: .red)
    }
  }
}
