import ComputeBackend
import Foundation

/// The machine and the versions that figures come from, with the names of `Benchmarks/peers`.
struct MachineStamp: Encodable {
  var processor: String
  /// Numbers of the processor's family and model, where the system tells them.
  var family: String?
  var model: String?
  var threads: Int
  /// Kernel and architecture of the operating system.
  var system: String
  /// Of this program.
  var version: String
  /// With the driver's versions, or the BLAS library's and its core type.
  var devices: [DeviceDescription]

  /// - Parameter devices: those that were measured.
  init(devices: [DeviceDescription]) {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
    }
    var names = utsname()
    uname(&names)
    func name(_ field: some Any) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    system = "\(name(names.sysname))-\(name(names.release))-\(name(names.machine))"
    processor = fields["model name"] ?? name(names.machine)
    family = fields["cpu family"]
    model = fields["model"]
    threads = ProcessInfo.processInfo.activeProcessorCount
    version = ElixirCommand.configuration.version
    self.devices = devices
  }

  /// Today as `2026-11-21`, in UTC.
  static var date: String { String(Date().formatted(.iso8601).prefix(10)) }
}
