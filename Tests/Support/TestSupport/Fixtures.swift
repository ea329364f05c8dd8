import Foundation
import Testing

/// Files made by other programs: values from PyTorch, published models, real data.
///
/// They are in `shared` beside the package, or where `ELIXIR_SHARED` says.
public enum Fixtures {
  /// The package's folder, whose `Tests/Fixtures` holds what former programs of ours wrote.
  public static let package = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }

  /// The shared folder, whether it exists or not.
  public static let shared: URL = {
    if let path = ProcessInfo.processInfo.environment["ELIXIR_SHARED"] {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    return package.deletingLastPathComponent().appendingPathComponent("shared")
  }()

  /// Whether the folder of reference values exists.
  public static let available = FileManager.default.fileExists(
    atPath: shared.appendingPathComponent("fixtures").path)

  /// A file or folder in `shared/fixtures`.
  public static func url(_ name: String) -> URL {
    shared.appendingPathComponent("fixtures").appendingPathComponent(name)
  }

  /// A decoded JSON file in `shared/fixtures`.
  public static func json<Value: Decodable>(
    _ name: String, as type: Value.Type = Value.self
  ) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(name)))
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test, saying why, where the shared fixtures are absent, unless they are required: then
  /// it runs, and fails.
  public static var requiresFixtures: Self {
    .enabled(
      if: Fixtures.available || Requirements.all.contains(Requirements.fixtures),
      "shared fixtures not found: set ELIXIR_SHARED")
  }
}
