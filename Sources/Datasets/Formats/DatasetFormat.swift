/// A layout of image datasets on disk.
///
/// A type of this protocol names the files of one dataset in its layout; `DatasetFormats` lists
/// all layouts.
protocol DatasetFormat: Sendable {
  /// What to give for a dataset of this layout, to end the sentence "give …".
  static var expectation: String { get }

  /// The dataset of this layout at a place, by names alone; nil if there is none.
  ///
  /// Throws `DatasetError.unknownFormat` for files of this layout among which one must choose.
  static func probe(_ place: DatasetPlace) throws -> Self?

  /// Reads labels, sizes and places of all records, and decodes no image.
  ///
  /// - Parameter classNames: of a related dataset; a layout that knows its classes by name numbers
  ///   them alike.
  /// - Throws: `DatasetError` or `FileError`, naming the file that is at fault.
  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset
}

/// A layout of image files.
protocol EncodedFormat: DatasetFormat {
  /// The records of the container, as `index` does.
  func records(classNames: [String]?) throws -> any EncodedRecords
}

extension EncodedFormat {
  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    try EncodedDataset(try records(classNames: classNames), limits: options.limits)
  }
}
