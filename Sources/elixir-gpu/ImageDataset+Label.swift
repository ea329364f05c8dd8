import ArgumentParser
import Datasets

extension ImageDataset {
  /// A class as a label: its name, or else its number.
  func label(named text: String, option: String) throws -> Int32 {
    if let label = classNames.firstIndex(of: text) { return Int32(label) }
    guard let label = Int32(text) else {
      throw ValidationError(
        "\(option) \(text): the classes are \(classNames.joined(separator: ", ")).")
    }
    return label
  }
}
