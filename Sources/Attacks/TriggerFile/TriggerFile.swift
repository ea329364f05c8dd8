import Datasets
import Foundation
import Support

/// A trigger from a file: that of another program, such as one of Narcissus (Zeng et al., 2023) or
/// a low-frequency one of BackdoorBench.
///
/// The file is a picture in PNG, or an array of NumPy whose shape is the images'. The copy's folder
/// has it as `trigger.npy`, in gray levels.
public struct TriggerFile: TriggerAttack {
  public static let id = "trigger-file"

  /// What the trigger does to an image.
  public enum Mode: String, Sendable, Codable, CaseIterable {
    /// x′ = x + P, rounded and clipped.
    case add
    /// P where it is not zero, byte by byte.
    case replace
  }

  static let arrayFile = "trigger.npy"

  public var file: String
  public var mode: Mode
  /// What the file's numbers are multiplied by to be gray levels; `nil` for 255 if they are no
  /// integers and at most 1, else 1.
  public var scale: Double?
  /// What the trigger is multiplied by on test images; Narcissus has 3.
  public var testAmplification: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    file: String, mode: Mode = .add, scale: Double? = nil, testAmplification: Double = 1,
    labels: LabelMapping, selection: PoisonSelection
  ) {
    self.file = file
    self.mode = mode
    self.scale = scale
    self.testAmplification = testAmplification
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    for (name, value) in [("scale", scale ?? 1), ("testAmplification", testAmplification)] {
      guard value > 0, value <= 10_000 else {
        throw ParameterError(name, value, "it must lie above 0 and be at most 10000")
      }
    }
    if mode == .replace, testAmplification != 1 {
      throw ParameterError(
        "testAmplification", testAmplification, "only a trigger that is added can be amplified")
    }
  }

  public func makeTrigger(for shape: ImageShape) throws -> Trigger {
    trigger(try TriggerPattern(file, scale: scale, for: shape), amplification: testAmplification)
  }

  public func trigger(in folder: String, shape: ImageShape) throws -> Trigger {
    let pattern = try TriggerPattern(folder + "/" + Self.arrayFile, scale: 1, for: shape)
    return trigger(pattern, amplification: testAmplification)
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    try validate(classCount: dataset.classCount)
    let pattern = try TriggerPattern(file, scale: scale, for: dataset.shape)
    var plan = try triggerPlan(for: dataset, poisoning: trigger(pattern, amplification: 1))
    plan.showsChange = mode == .add
    plan.remarks = ["Trigger: \(pattern.remark)"]
    if testAmplification != 1 {
      plan.remarks.append(
        "On test images it is \(TriggerPattern.digits(testAmplification)) times as strong")
    }
    plan.writeFiles = { folder in
      let sides = [dataset.shape.height, dataset.shape.width, dataset.shape.channels]
      let array = NumPyArray(shape: sides, values: pattern.values)
      try RandomAccessFile.write(array.fileBytes, to: FileName(folder + "/" + Self.arrayFile))
    }
    return plan
  }

  private func trigger(_ pattern: TriggerPattern, amplification: Double) -> Trigger {
    switch mode {
    case .add: .adding(pattern.values.map { $0 * Float(amplification) }, for: pattern.shape)
    case .replace: .corner(pattern.picture, for: pattern.shape)
    }
  }
}
