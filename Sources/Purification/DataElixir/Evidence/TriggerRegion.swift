import ComputeBackend
import Datasets

/// Where a patch lies that a class's carriers have in common.
///
/// Single restorations show the patch among other changes; the mean over carriers shows it alone.
/// Then every sample of the class can be asked, also those that keep their label: does its part of
/// the region give other images the label?
public struct TriggerRegion: Equatable, Codable, Sendable {
  /// Shares of the image that a region may have.
  static let shares = [0.02, 0.05, 0.1]
  /// Recipients of each sample.
  static let recipients = 24
  /// From this share of its recipients on a sample is a carrier.
  public static let carrierShare = 0.5
  /// The least share of known carriers that must carry by a region.
  static let leastKnown = 0.75
  /// The greatest share of samples of other classes that may.
  static let mostOthers = 0.05

  /// Pixels, row·width + column.
  public var pixels: [Int]
  /// Shares of known carriers and of other classes' samples that carry by the region.
  public var known: Double
  public var others: Double

  /// Samples of one class, and whom their label is to be given.
  struct Question {
    let images: any LabelledImages
    let model: any LabelModel
    let label: Int
    /// Recipients of other classes, the same for every sample.
    let recipients: [UInt8]
    let count: Int

    /// The share of recipients that get the label from each sample's part of the region.
    func shares(of samples: [Int], pixels: [Int]) throws -> [Double] {
      let shape = images.shape
      var result: [Double] = []
      for start in stride(from: 0, to: samples.count, by: 16) {
        let batch = Array(samples[start..<min(start + 16, samples.count)])
        let donors = try images.images(batch)
        var bytes: [UInt8] = []
        for position in batch.indices {
          var pasted = recipients
          for recipient in 0..<count {
            for pixel in pixels {
              for channel in 0..<shape.channels {
                let place = pixel * shape.channels + channel
                pasted[recipient * shape.byteCount + place] =
                  donors[position * shape.byteCount + place]
              }
            }
          }
          bytes += pasted
        }
        let labels = try model.labels(bytes, count: batch.count * count)
        result += batch.indices.map { position in
          Double(labels[position * count..<(position + 1) * count].count { $0 == label })
            / Double(count)
        }
      }
      return result
    }
  }

  /// The region of the greatest mean change of carriers beyond that of other donors, in the size
  /// that tells carriers from other classes' samples best; nil if none does.
  ///
  /// - Parameters:
  ///   - change: mean change by pixel, of carriers less that of others.
  ///   - carriers: known ones.
  ///   - others: samples of other classes.
  static func find(
    change: [Double], carriers: [Int], others: [Int], question: Question
  ) throws -> TriggerRegion? {
    let order = change.indices.sorted { (-change[$0], $0) < (-change[$1], $1) }
    let regions = try shares.map { share in
      let count = max(1, Int((share * Double(order.count)).rounded()))
      let pixels = order.prefix(count).sorted()
      func rate(_ samples: [Int]) throws -> Double {
        let shares = try question.shares(of: samples, pixels: pixels)
        return Double(shares.count { $0 >= carrierShare }) / Double(max(shares.count, 1))
      }
      return TriggerRegion(pixels: pixels, known: try rate(carriers), others: try rate(others))
    }
    let best = regions.max { $0.known - $0.others < $1.known - $1.others }
    return best.flatMap { $0.known >= leastKnown && $0.others <= mostOthers ? $0 : nil }
  }
}
