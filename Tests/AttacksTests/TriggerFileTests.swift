import Attacks
import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct TriggerFileTests {
  private let folder: TemporaryFolder
  private let shape = ImageShape(height: 1, width: 2, channels: 3)

  init() throws { folder = try TemporaryFolder() }

  private func save(_ values: [Float], _ shape: [Int]) throws -> String {
    try folder.write(NumPyArray(shape: shape, values: values).fileBytes, to: "t.npy")
    return folder.path + "/t.npy"
  }

  /// An array of bytes, as numpy.save writes it.
  private func save(bytes: [UInt8], _ shape: String) throws -> String {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(shape)), }\n"
    try folder.write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        + bytes, to: "t.npy")
    return folder.path + "/t.npy"
  }

  private func trigger(
    _ file: String, mode: TriggerFile.Mode = .add, scale: Double? = nil, amplification: Double = 1
  ) throws -> Trigger {
    let attack = TriggerFile(
      file: file, mode: mode, scale: scale, testAmplification: amplification, labels: .allToAll,
      selection: PoisonSelection(rate: 0.1))
    try attack.validate(classCount: 10)
    return try attack.makeTrigger(for: shape)
  }

  private let image: [UInt8] = [100, 100, 100, 250, 5, 9]

  /// 0.2·255 = 51 and −0.04·255 = −10.2, of which 5 − 10.2 is clipped and 9 − 10.2, too.
  @Test func smallNumbersCountTheWholeRange() throws {
    let values: [Float] = [0, 0.2, -0.04, 0.2, -0.04, -0.04]
    let changed: [UInt8] = [100, 151, 90, 255, 0, 0]
    for sides in [[1, 2, 3], [1, 1, 2, 3]] {
      #expect(try trigger(save(values, sides)).applied(to: image) == changed)
    }
    // As [C, H, W]: red of both pixels, then green, then blue.
    let planes: [Float] = [0, 0.2, 0.2, -0.04, -0.04, -0.04]
    for sides in [[3, 1, 2], [1, 3, 1, 2]] {
      #expect(try trigger(save(planes, sides)).applied(to: image) == changed)
    }
    // 0.2·127.5 = 25.5, −0.04·127.5 = −5.1.
    #expect(
      try trigger(save(values, [1, 2, 3]), scale: 127.5).applied(to: image)
        == [100, 126, 95, 255, 0, 4])
    // Three times as strong on test images: 100 + 153, 100 − 30.6.
    #expect(
      try trigger(save(values, [1, 2, 3]), amplification: 3).applied(to: image)
        == [100, 253, 69, 255, 0, 0])
  }

  @Test func largerNumbersAndBytesAreGrayLevels() throws {
    #expect(
      try trigger(save([0, 1.4, -20, 3, 0.4, 1], [1, 2, 3])).applied(to: image)
        == [100, 101, 80, 253, 5, 10])
    // Ones are as they are, since they are integers.
    #expect(
      try trigger(save(bytes: [0, 1, 0, 1, 0, 1], "1, 2, 3")).applied(to: image)
        == [100, 101, 100, 251, 5, 10])
  }

  @Test func replacesWhereItIsNotZero() throws {
    let array = try save([0, 0.2, 0, 1, 0, 0.002], [1, 2, 3])
    #expect(try trigger(array, mode: .replace).applied(to: image) == [100, 51, 100, 255, 5, 1])
    try PNG.write(
      RasterImage(shape: shape, pixels: [0, 9, 0, 0, 8, 0]), to: folder.path + "/t.png")
    let picture = folder.path + "/t.png"
    #expect(try trigger(picture, mode: .replace).applied(to: image) == [100, 9, 100, 250, 8, 9])
    #expect(try trigger(picture).applied(to: image) == [100, 109, 100, 250, 13, 9])
    #expect(throws: ParameterError.self) {
      try trigger(picture, mode: .replace, amplification: 3)
    }
  }

  @Test func whatIsNoTriggerIsNamed() throws {
    func reason(_ file: String) -> String? {
      do {
        _ = try trigger(file)
        return nil
      } catch { return "\(error)" }
    }
    let other = reason(try save([Float](repeating: 1, count: 6), [2, 1, 3]))
    #expect(
      other?.hasSuffix(
        "t.npy: its shape is 2×1×3, but images are 1×2×3 (rows, columns, channels); "
          + "give another trigger") == true, "\(other ?? "")")
    #expect(reason(try save([0, 0, 1, .nan, 0, 0], [1, 2, 3]))?.contains("no finite") == true)
    #expect(reason(try save([Float](repeating: 0, count: 6), [1, 2, 3]))?.contains("zero") == true)
    #expect(reason(folder.path + "/none.npy")?.contains("there is no such file") == true)
    let large = ImageShape(height: 2, width: 2, channels: 3)
    try PNG.write(RasterImage(shape: large, filledWith: 9), to: folder.path + "/t.png")
    #expect(
      reason(folder.path + "/t.png")?.contains("it is 2×2×3, but the images are 2×1×3") == true)
  }

  /// Narcissus's way: the target's images keep their labels, and the test trigger is stronger.
  @Test func poisonsTheTargetAloneAndKeepsTheTrigger() throws {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    let clean = try ImageDataset.open(folder.path + "/clean")
    let levels = (0..<3072).map { $0 * 37 % 65 - 32 }
    let file = try save(levels.map { Float($0) / 255 }, [1, 32, 32, 3])
    let attack = TriggerFile(
      file: file, testAmplification: 3, labels: .allToOne(target: 2),
      selection: PoisonSelection(rate: 0.5, isPerClass: true, from: .target, seed: 1))
    let output = folder.path + "/poisoned"
    let plan = try attack.plan(for: clean, AttackContext())
    try plan.write(to: output)
    #expect(
      plan.remarks == [
        "Trigger: 1×32×32×3 numbers of at most 0.1255, times 255 for gray levels",
        "On test images it is 3 times as strong",
      ])
    // The file is not needed any more.
    try FileManager.default.removeItem(atPath: file)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.attack as? TriggerFile == attack && manifest.samples.count == 2)
    let poisoned = try ImageDataset.open(output)
    #expect(poisoned.labels == clean.labels)
    for sample in manifest.samples {
      #expect(sample.label == 2)
      let (before, after) = (try clean.images([sample.index]), try poisoned.images([sample.index]))
      let sums = zip(before, levels).map { UInt8(min(max(Int($0) + $1, 0), 255)) }
      #expect(after == sums)
    }
    guard
      case .trigger(let trigger, let labels) = try manifest.attack.goal(
        in: output, shape: clean.shape)
    else {
      Issue.record("another goal")
      return
    }
    #expect(labels == .allToOne(target: 2))
    let gray = trigger.applied(to: [UInt8](repeating: 128, count: 3072))
    #expect(gray == levels.map { UInt8(128 + 3 * $0) })
  }
}
