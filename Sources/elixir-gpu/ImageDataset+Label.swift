import ArgumentParser
import Datasets

extension ImageDataset {
  /// A class with images as a label: its name, or else its number.
  func label(named text: String, option: String) throws -> Int32 {
    let named = classNames.firstIndex(of: text).map { Int32($0) }
    guard let label = named ?? Int32(text) else {
      throw ValidationError(
        "\(option) \(text): the classes are \(classNames.joined(separator: ", ")).")
    }
    if classNames.indices.contains(Int(label)), !labels.contains(label) {
      throw ParameterError(
        String(option.dropFirst(2)), text,
        "no image is of this class; choose one with images, such as \(classNames[Int(labels[0])])")
    }
    return label
  }
}
