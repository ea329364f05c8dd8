/// The layouts that are shipped, and those that are worth measuring instead.
///
/// A device gets the entry of its name, else of its vendor, else of its kind, in each case the
/// first that it can run.
package enum KernelLayoutTable {
  package enum Match: Sendable {
    /// The device's name contains one of these words.
    case name([String])
    /// The vendor of the device or its platform contains this.
    case vendor(String)
    /// Any device.
    case any
  }

  package struct Entry: Sendable {
    package let label: String
    package let match: Match
    package let layout: KernelLayout
  }

  /// From the special to the general; of each style the last one runs on every device.
  ///
  /// The NVIDIA entries were reasoned out and never timed on such a device:
  /// - Hopper (H100, H200: 132 units, each with 64 Ki registers of 4 bytes, up to 228 KiB shared
  ///   memory and 128 FMA units; 50 MiB second-level cache). 8×8 sums a thread ask local memory for
  ///   4 loads of vectors per 64 FMAs, independent of each other; with 8 elements on their way a
  ///   thread takes 128 registers (`make gpu-check`), so two groups of 256 threads fit a unit; with
  ///   16 it takes 158, and one fits. Lines of 8 floats of A and of 128 floats of B fill sectors of
  ///   32 bytes. Planes of 32 MiB stay in the cache and still make two groups for each unit.
  /// - Other NVIDIA devices: half the block, as older ones have fewer units; a cache of a few MiB.
  package static let entries: [Entry] = [
    Entry(
      label: "NVIDIA Hopper", match: .name(["H100", "H200", "H800", "GH200", "H20"]),
      layout: KernelLayout(
        style: .gpu,
        block: .init(rows: 128, columns: 128, threadRows: 8, threadColumns: 8, depth: 8),
        group: 128, workersPerUnit: 2048, splitDepth: 256, groupsPerUnit: 1,
        winogradElements: 1 << 23)),
    Entry(
      label: "NVIDIA", match: .vendor("NVIDIA"),
      layout: KernelLayout(
        style: .gpu,
        block: .init(rows: 128, columns: 64, threadRows: 8, threadColumns: 4, depth: 16),
        group: 128, workersPerUnit: 2048, splitDepth: 256, groupsPerUnit: 1,
        winogradElements: 1 << 23)),
    Entry(
      label: "GPU", match: .any,
      layout: KernelLayout(
        style: .gpu,
        block: .init(rows: 64, columns: 64, threadRows: 4, threadColumns: 4, depth: 16),
        group: 64, workersPerUnit: 2048, splitDepth: 256, groupsPerUnit: 1,
        winogradElements: 1 << 26)),
    // Measured on AMD Zen 5: 24 sums of 16 floats and their factors fill 32 registers of AVX-512,
    // and planes of 8 MiB stay in the third-level cache.
    Entry(
      label: "PoCL", match: .vendor("Portable Computing Language"),
      layout: KernelLayout(
        style: .cpu, block: .init(rows: 6, columns: 64), group: 1, workersPerUnit: 4,
        splitDepth: 256, groupsPerUnit: 0, winogradElements: 1 << 21)),
    Entry(
      label: "processor", match: .any,
      layout: KernelLayout(
        style: .cpu, block: .init(rows: 6, columns: 64), group: 1, workersPerUnit: 4,
        splitDepth: 256, groupsPerUnit: 0, winogradElements: 1 << 21)),
  ]

  /// The shipped entry for a device, in the style asked for or that of its kind.
  package static func entry(
    for device: DeviceTraits, style: KernelLayout.Style? = nil
  ) -> Entry {
    let style = style ?? (device.isGPU ? .gpu : .cpu)
    let suitable = entries.filter { $0.layout.style == style }
    let found = suitable.first {
      matches($0.match, device) && $0.layout.problem(on: device) == nil
    }
    // The last entry of a style is for any device; one that cannot run it says so when opened.
    guard let entry = found ?? suitable.last else {
      preconditionFailure("KernelLayoutTable: no entry in the style \(style)")
    }
    return entry
  }

  private static func matches(_ match: Match, _ device: DeviceTraits) -> Bool {
    switch match {
    case .name(let words):
      device.name.split { !$0.isLetter && !$0.isNumber }.contains { words.contains(String($0)) }
    case .vendor(let vendor): device.vendor.contains(vendor)
    case .any: true
    }
  }

  /// What is worth measuring instead of `layout`, one number changed at a time: a step for each
  /// number, whose alternatives all can run on the device.
  package static func alternatives(
    to layout: KernelLayout, on device: DeviceTraits
  ) -> [[KernelLayout]] {
    func variants<Value>(
      _ path: WritableKeyPath<KernelLayout, Value>, _ values: [Value]
    ) -> [KernelLayout] {
      values.map {
        var other = layout
        other[keyPath: path] = $0
        return other
      }
      .filter { $0 != layout && $0.problem(on: device) == nil }
    }
    let planes = variants(\.winogradElements, (19...26).filter { $0 % 2 == 1 }.map { 1 << $0 })
    switch layout.style {
    case .cpu:
      // For 32 registers of 16 floats two ways to fill them, and one for 16 registers of 8 floats.
      let tiles = [(6, 64), (8, 48), (14, 32), (6, 16)]
      return [variants(\.block, tiles.map { .init(rows: $0.0, columns: $0.1) }), planes]
    case .gpu:
      let blocks = [(64, 64, 4, 4), (64, 64, 8, 8), (128, 64, 8, 4), (128, 128, 8, 8)].flatMap {
        block in
        [8, 16, 32].map { depth in
          KernelLayout.Block(
            rows: block.0, columns: block.1, threadRows: block.2, threadColumns: block.3,
            depth: depth)
        }
      }
      return [
        variants(\.block, blocks), variants(\.group, [64, 128, 256]),
        variants(\.groupsPerUnit, [0, 1, 2, 4]), variants(\.splitDepth, [128, 256, 512]), planes,
      ]
    }
  }
}
