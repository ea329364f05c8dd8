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

  /// Why nothing can be made in it, with the path where that shows; `nil` if something can.
  package var problem: String? {
    var place = path.hasPrefix("/") ? "" : "."
    for name in path.split(separator: "/") + [Substring(UUID().uuidString)] {
      place += "/" + name
      guard mkdir(place, 0o700) == 0 || errno == EEXIST else {
        return "\(place): \(String(cString: strerror(errno)))"
      }
    }
    rmdir(place)
    return nil
  }
}
