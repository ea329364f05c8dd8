import Datasets

/// What an attack makes of a dataset: which samples it poisons, and their new images and labels.
public struct PoisonPlan {
  /// With everything decided that was left open.
  public let attack: any Attack
  public let goal: AttackGoal
  public let dataset: ImageDataset
  /// Numbers of the samples that are poisoned, ascending.
  public let samples: [Int]
  /// The new images of some of them or of `covers`, bytes `[N, H, W, C]`.
  public var images: (_ samples: [Int]) throws -> [UInt8]
  /// The label that a poisoned sample gets; unless an attack says more, that of its own label.
  public var label: (_ sample: Int) -> Int32
  /// Whether only labels change, so that the copy keeps the bytes of all images.
  public var keepsImages = false
  /// Numbers of samples, ascending, that get new images and keep their labels.
  ///
  /// From them a model learns that what only resembles the trigger means nothing.
  public var covers: [Int] = []
  /// Whether the preview shows the change between the images, which is too small to be seen.
  public var showsChange = false
  /// The last row of the preview.
  public var example: ImageGrid.Cell?
  /// What a user may want to know of how the plan was made, a line each.
  public var remarks: [String] = []
  /// Writes more files beside the poisoned copy.
  public var writeFiles: (_ folder: String) throws -> Void = { _ in }

  public init(
    attack: any Attack, goal: AttackGoal, dataset: ImageDataset, samples: [Int],
    images: @escaping (_ samples: [Int]) throws -> [UInt8]
  ) {
    self.attack = attack
    self.goal = goal
    self.dataset = dataset
    self.samples = samples
    self.images = images
    label = { sample in
      let label = dataset.labels[sample]
      guard let new = attack.poisonedLabel(of: label, classCount: dataset.classCount) else {
        preconditionFailure(
          "PoisonPlan: sample \(sample) of label \(label) is not to be poisoned")
      }
      return new
    }
  }
}
