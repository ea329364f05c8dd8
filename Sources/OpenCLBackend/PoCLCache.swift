import Foundation
import Support

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

  /// What all kernels together take, with room for those of other shapes.
  private static let neededBytes = 64 << 20

  /// Why compiled kernels may not fit, and what to do; `nil` if they do.
  ///
  /// PoCL ends the process, with a message of LLVM, where it cannot write one.
  package var shortage: String? { shortage(below: Self.neededBytes) }

  package func shortage(below needed: Int) -> String? {
    guard let free = Directory.freeBytes(path), free < needed else { return nil }
    return "\(path) has \(free >> 20) MiB left for compiled kernels, which may need "
      + "\(needed >> 20); free some space, or set POCL_CACHE_DIR to a directory elsewhere"
  }
}
