import Foundation

/// The directory without which PoCL has no device: it keeps compiled kernels there.
package struct PoCLCache {
  /// `$POCL_CACHE_DIR`, or else `pocl/kcache` in the user's cache.
  package let path: String

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    path =
      value("POCL_CACHE_DIR") ?? value("XDG_CACHE_HOME").map { $0 + "/pocl/kcache" }
      ?? value("HOME").map { $0 + "/.cache/pocl/kcache" } ?? "/tmp/pocl/kcache"
  }

  /// Why files cannot be made in it; `nil` if they can.
  package var problem: String? {
    let probe = path + "/\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(
        atPath: probe, withIntermediateDirectories: true)
      try FileManager.default.removeItem(atPath: probe)
      return nil
    } catch {
      return "\(path): \(error.localizedDescription)"
    }
  }
}
