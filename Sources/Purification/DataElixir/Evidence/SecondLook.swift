import Datasets
import Foundation
import Training

/// More rounds at rising noise for the samples of suspected classes that have kept their label,
/// beside a control sample of the other classes.
///
/// It ends when the suspects move no more often than the controls, or when the controls' labels
/// break.
package struct SecondLook {
  /// Levels looked at, at most.
  static let mostLevels = 2
  /// Controls, at most.
  static let controls = 128
  /// A level at which fewer controls keep their label says nothing.
  static let leastControlShare = 0.75
  /// Suspects move more often than controls if chance does so with at most this probability.
  static let significance = 0.01

  /// What one level showed.
  package struct Level: Equatable, Codable, Sendable {
    var noiseSteps: Int
    var suspects: Int
    /// Suspects whose label moved.
    var moved: Int
    var controls: Int
    var controlsMoved: Int

    package init(noiseSteps: Int, suspects: Int, moved: Int, controls: Int, controlsMoved: Int) {
      self.noiseSteps = noiseSteps
      self.suspects = suspects
      self.moved = moved
      self.controls = controls
      self.controlsMoved = controlsMoved
    }

    /// Whether too many controls move for the level to mean anything.
    package var breaksLabels: Bool {
      Double(controls - controlsMoved) < SecondLook.leastControlShare * Double(controls)
    }

    /// Whether suspects move more often than controls do.
    package var separates: Bool {
      let chance = Double(controlsMoved + 1) / Double(controls + 1)
      return binomialTail(moved, of: suspects, probability: min(chance, 1))
        <= SecondLook.significance
    }
  }

  let images: any LabelledImages
  let filter: AnomalyFilter
  let noiseSteps: [Int]
  /// Makes the candidates of some samples at a level; a level's store is kept.
  let look: (_ noiseSteps: Int, _ samples: ImageSelection) throws -> CandidateStore

  package init(
    images: any LabelledImages, filter: AnomalyFilter, noiseSteps: [Int],
    look: @escaping (_ noiseSteps: Int, _ samples: ImageSelection) throws -> CandidateStore
  ) {
    self.images = images
    self.filter = filter
    self.noiseSteps = noiseSteps
    self.look = look
  }

  /// Levels above the first pass's for which the denoiser was trained; its limit again if there is
  /// none.
  package static func levels(above first: Int, limit: Int) -> [Int] {
    let higher = NoiseSearch.levels.filter { $0 > first && $0 <= limit }
    return higher.isEmpty ? [min(first, limit)] : Array(higher.prefix(mostLevels))
  }

  struct Result {
    var looks: [CandidateLooks.Look] = []
    var levels: [Level] = []
    /// Suspects that moved at a level that did not break labels, rising.
    var moved: [Int] = []
  }

  func run(suspects: [Int], controls: [Int]) throws -> Result {
    var result = Result()
    var suspects = suspects
    for noise in noiseSteps where !suspects.isEmpty {
      let samples = suspects + controls
      let store = try look(noise, ImageSelection(images, indices: samples))
      var moved: Set<Int> = []
      for (place, sample) in samples.enumerated() {
        let finding = filter.finding(
          store.labels(of: place), label: images.label(sample), classes: images.classCount)
        if finding.verdict.isAnomalous { moved.insert(sample) }
      }
      let level = Level(
        noiseSteps: noise, suspects: suspects.count, moved: suspects.count(where: moved.contains),
        controls: controls.count, controlsMoved: controls.count(where: moved.contains))
      result.levels.append(level)
      // Also of a level that says nothing, and of controls, which may be of a target class where
      // all classes are watched: restored images for samples that carry a trigger.
      result.looks.append(
        CandidateLooks.Look(
          store: store,
          places: Dictionary(
            uniqueKeysWithValues: samples.enumerated().map { ($0.element, $0.offset) })))
      if level.breaksLabels { break }
      result.moved += suspects.filter(moved.contains)
      suspects.removeAll(where: moved.contains)
      if !level.separates { break }
    }
    result.moved.sort()
    return result
  }
}
