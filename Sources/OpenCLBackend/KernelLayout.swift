/// The numbers by which kernels are laid out on a device.
///
/// All of them change speed. `splitDepth` and `groupsPerUnit` also decide where long sums are cut,
/// and `winogradElements` where weight gradients are: other layouts round differently there.
public struct KernelLayout: Sendable, Hashable, Codable {
  /// The two ways to write a kernel.
  ///
  /// `cpu`: a work-item is a core with wide vectors and work-groups of one, since PoCL does not
  /// vectorise over work-items that loop. `gpu`: a work-item is a thread, and the work-items of a
  /// group share local memory.
  package enum Style: String, Sendable, Codable, CaseIterable { case cpu, gpu }

  /// What one work-group of the product kernel computes.
  package struct Block: Sendable, Hashable, Codable {
    package var rows: Int
    package var columns: Int
    /// The part of one thread; the whole block in the style of processors.
    package var threadRows: Int
    package var threadColumns: Int
    /// Elements of the inner sum that pass through local memory in one step; 1 for processors.
    package var depth: Int

    package init(rows: Int, columns: Int, threadRows: Int, threadColumns: Int, depth: Int) {
      (self.rows, self.columns, self.depth) = (rows, columns, depth)
      (self.threadRows, self.threadColumns) = (threadRows, threadColumns)
    }

    /// A register tile of one work-item.
    package init(rows: Int, columns: Int) {
      self.init(rows: rows, columns: columns, threadRows: rows, threadColumns: columns, depth: 1)
    }

    package var threads: Int { (rows / threadRows) * (columns / threadColumns) }
    /// Bytes of local memory; a line of A has a vector more, against bank conflicts.
    package var localMemory: Int { 4 * depth * (rows + 4 + columns) }
  }

  package var style: Style
  /// The wide tile of products; narrow ones for few columns are fixed.
  package var block: Block
  /// Work-items of a group in kernels over items and rows, a power of two; 1 for processors.
  package var group: Int
  /// Work-items for each compute unit in kernels over items.
  package var workersPerUnit: Int
  /// Products over small maps are cut along the inner sum into parts at least so deep.
  package var splitDepth: Int
  /// They are cut until 8 samples make so many work-groups for each compute unit; 0 cuts none.
  package var groupsPerUnit: Int
  /// Elements of a Winograd convolution's planes that are computed at a time.
  package var winogradElements: Int

  /// Floats of a kernel's vectors.
  var lanes: Int { style == .gpu ? 4 : 16 }
  /// Elements of a row that one item handles.
  var piece: Int { style == .gpu ? 4 : 1024 }

  /// Why a device cannot run it, or `nil`.
  package func problem(on device: DeviceTraits) -> String? {
    let sides = [block.rows, block.columns, block.threadRows, block.threadColumns, block.depth]
    let counts = [group, workersPerUnit, splitDepth, max(groupsPerUnit, 1), winogradElements]
    guard sides.allSatisfy({ (1...1 << 16).contains($0) }),
      counts.allSatisfy({ (1...1 << 30).contains($0) }), groupsPerUnit >= 0
    else { return "its numbers must be positive, and no larger than devices have" }
    if block.threads > device.groupLimit || group > device.groupLimit {
      return "work-groups of \(max(block.threads, group)), and the device has \(device.groupLimit)"
    }
    switch style {
    case .cpu:
      if !(1...14).contains(block.rows) || ![16, 32, 48, 64].contains(block.columns) {
        return "tiles of \(block.rows)×\(block.columns); at most 14×64, columns by 16"
      }
      if group != 1 || groupsPerUnit != 0 {
        return "groups of \(group) and split sums are for the style of GPUs"
      }
    case .gpu:
      if block.localMemory > device.localMemory {
        return "\(block.localMemory) bytes of local memory, and the device has "
          + "\(device.localMemory)"
      }
      if group > 256 || group & (group - 1) != 0 { return "a group of \(group)" }
      let threads = block.threads
      if ![8, 16, 32].contains(block.depth) || block.threadRows % 4 != 0
        || block.threadColumns % lanes != 0 || block.rows % block.threadRows != 0
        || block.columns % block.threadColumns != 0
        || [block.rows, block.columns, block.depth].contains(where: { threads % $0 != 0 })
        || block.rows / 4 * block.depth % threads != 0
        || block.columns * block.depth % threads != 0
      {
        return "threads do not share the loads of the block evenly"
      }
    }
    return nil
  }
}

extension KernelLayout: CustomStringConvertible {
  public var description: String {
    let planes = "Winograd planes of \(winogradElements * 4 / 1024) KiB"
    let size = "\(block.rows)×\(block.columns)"
    if style == .cpu { return "tiles of \(size), \(planes)" }
    return "blocks of \(size)×\(block.depth), \(block.threadRows)×\(block.threadColumns) a thread, "
      + "groups of \(group), sums split from \(splitDepth) for \(groupsPerUnit) groups a unit, "
      + planes
  }
}

/// What decides which layouts a device can run and which it is given.
package struct DeviceTraits: Sendable, Hashable {
  package var name: String
  /// The vendors of the device and of the platform.
  package var vendor: String
  package var isGPU: Bool
  package var units: Int
  /// Greatest work-group.
  package var groupLimit: Int
  /// Bytes of local memory of a work-group.
  package var localMemory: Int

  package init(
    name: String, vendor: String, isGPU: Bool, units: Int, groupLimit: Int, localMemory: Int
  ) {
    (self.name, self.vendor, self.isGPU, self.units) = (name, vendor, isGPU, units)
    (self.groupLimit, self.localMemory) = (groupLimit, localMemory)
  }
}
