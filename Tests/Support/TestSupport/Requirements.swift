import Foundation

/// What must be there, from `ELIXIR_REQUIRE`: `opencl`, `fixtures`, or several with commas; its
/// absence then fails tests instead of skipping them.
enum Requirements {
  static let fixtures = "fixtures"

  static let all: [String] =
    (ProcessInfo.processInfo.environment["ELIXIR_REQUIRE"] ?? "").split(separator: ",")
    .map { $0.trimmingCharacters(in: .whitespaces) }
}
