import ComputeBackend
import Datasets
import Runs

/// A method that purifies a dataset: decides for each sample about a new label, new pixels, or
/// leaving it out.
///
/// Writing, resuming and reporting are `PurificationJob`'s business. A value holds all that its
/// user chooses; with the data, the files and the device it determines the result.
public protocol Purifier: Codable, Hashable, Sendable {
  associatedtype Findings: PurificationFindings

  /// Its name, as users write it.
  static var id: String { get }
  /// Whether it shares its work among several devices.
  static var sharesDevices: Bool { get }
  /// Determines all that is random.
  var seed: UInt64 { get }
  /// Files and folders besides the dataset that the result depends on, by what they are.
  var files: [String: String] { get }

  /// Loads models and checks that everything fits together, calls `context.begin`, and decides.
  func purify(_ context: PurificationContext) throws -> PurificationOutcome<Findings>

  /// What a run will take, by measurements of a few seconds; nil where nothing takes long, or only
  /// the run itself shows how long.
  func forecast(
    _ dataset: ImageDataset, batchSize: Int, on backend: any ComputeBackend
  ) throws -> RunForecast?
}

extension Purifier {
  public func forecast(
    _ dataset: ImageDataset, batchSize: Int, on backend: any ComputeBackend
  ) throws -> RunForecast? { nil }
}

extension Purifier {
  public static var sharesDevices: Bool { false }
}

/// All methods; each has a folder here and a subcommand of `purify`.
public enum Purifiers {
  public static let all: [any Purifier.Type] = [
    DataElixir.self, PDAutoR.self, Mendata.self, RandomNoise.self, FriendlyNoise.self,
    ReferenceOnly.self,
  ]
}

/// What a method decided.
public struct PurificationOutcome<Findings: PurificationFindings> {
  public var revisions: Revisions
  public var findings: Findings
  /// The columns of `purified.csv`, and a sample's row.
  public var columns: [String]
  public var row: (PurifiedSample) -> [String]
  /// Restorations of the samples, for the report; nil for a method without.
  package var candidates: (any CandidateSource)?
  /// Adds to a sample's record what the method found of it.
  public var describe: (inout SampleRecord) -> Void = { _ in }
  /// Writes further files into the output's folder.
  public var addFiles: (_ folder: String) throws -> Void = { _ in }

  public init(
    revisions: Revisions, findings: Findings, columns: [String],
    row: @escaping (PurifiedSample) -> [String]
  ) {
    self.revisions = revisions
    self.findings = findings
    self.columns = columns
    self.row = row
  }
}

/// What became of a sample in the output.
public struct PurifiedSample: Sendable {
  public var index: Int
  /// Its name in the dataset.
  public var name: String
  /// Its name in the output; empty if it was left out.
  public var purifiedName: String
  public var oldLabel: Int
  public var newLabel: Int
  /// How much its image changed.
  public var change: ImageChange
}

/// How much an image changed, in 1/255.
public struct ImageChange: Equatable, Sendable {
  /// The greatest change of a byte.
  public var greatest = 0
  /// The mean over all bytes.
  public var mean = 0.0
  /// Pixels of which a channel changed.
  public var pixels = 0

  /// Between two images of equal size, whose pixels have so many bytes.
  init(_ before: ArraySlice<UInt8>, _ after: ArraySlice<UInt8>, channels: Int) {
    var (total, counted) = (0, -1)
    for (place, (a, b)) in zip(before, after).enumerated() where a != b {
      let difference = abs(Int(a) - Int(b))
      greatest = max(greatest, difference)
      total += difference
      if place / channels != counted {
        counted = place / channels
        pixels += 1
      }
    }
    mean = Double(total) / Double(max(before.count, 1))
  }

  init() {}
}
