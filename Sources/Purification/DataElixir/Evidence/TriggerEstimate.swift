import Datasets

/// What a target's carriers have in common, to look at.
struct TriggerEstimate {
  var target: Int
  /// Mean difference between carriers and their restorations, 128 where there is none, twice as
  /// strong.
  var difference: RasterImage
  /// The carriers' mean where a patch lies, gray elsewhere; nil if there is no patch.
  var patch: RasterImage?

  /// Carriers that are averaged, at most.
  private static let carriers = 256

  /// An estimate for each target of which carriers are known.
  static func all(
    of found: CarrierSearch.Result, images: any LabelledImages
  ) throws -> [TriggerEstimate] {
    try found.targets.compactMap { target in
      let donors = found.bestDonors.map(\.donor).filter { $0.label == target }.prefix(carriers)
      guard !donors.isEmpty else { return nil }
      let size = images.shape.byteCount
      var difference = [Int](repeating: 0, count: size)
      var mean = difference
      for donor in donors {
        let original = try images.images([donor.sample])
        let restored = try found.candidates.meanImage(of: donor.sample, label: donor.other)
        for i in 0..<size {
          difference[i] += Int(original[i]) - Int(restored[i])
          mean[i] += Int(original[i])
        }
      }
      let count = donors.count
      let patch = found.regions[target].map { region in
        var pixels = [UInt8](repeating: 128, count: size)
        let channels = images.shape.channels
        for pixel in region.pixels {
          for i in pixel * channels..<(pixel + 1) * channels {
            pixels[i] = UInt8(clamping: mean[i] / count)
          }
        }
        return RasterImage(shape: images.shape, pixels: pixels)
      }
      return TriggerEstimate(
        target: target,
        difference: RasterImage(
          shape: images.shape,
          pixels: difference.map { UInt8(clamping: 128 + 2 * $0 / count) }),
        patch: patch)
    }
  }

  /// A row for each target.
  static func grid(_ estimates: [TriggerEstimate], classNames: [String]) -> ImageGrid? {
    guard let first = estimates.first else { return nil }
    var grid = ImageGrid(
      columnTitles: ["difference", "patch"],
      scale: max(1, 96 / max(first.difference.shape.width, 1)))
    for estimate in estimates {
      grid.rows.append([
        .init(image: estimate.difference, caption: classNames[estimate.target]),
        estimate.patch.map { .init(image: $0) },
      ])
    }
    return grid
  }
}
