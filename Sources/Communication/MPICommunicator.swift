internal import CMPI

/// All ranks of an MPI job.
final class MPICommunicator: Communicator {
  private let mpi: ElixirMPI
  let rank: Int
  let size: Int
  let localRank: Int
  let localSize: Int
  let node: String

  /// Starts MPI; only once in a process.
  init(_ mpi: ElixirMPI) throws {
    self.mpi = mpi
    try Self.check(mpi.start(), mpi, "start")
    rank = Int(mpi.rank())
    size = Int(mpi.size())
    localRank = Int(mpi.localRank())
    localSize = Int(mpi.localSize())
    node = mpi.node().map { String(cString: $0) } ?? ""
  }

  func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    var count = UInt64(bytes.count)
    try check(
      withUnsafeMutableBytes(of: &count) { mpi.broadcast($0.baseAddress, $0.count, Int32(root)) },
      "broadcast")
    var result = rank == root ? bytes : [UInt8](repeating: 0, count: Int(count))
    try check(
      result.withUnsafeMutableBytes { mpi.broadcast($0.baseAddress, $0.count, Int32(root)) },
      "broadcast")
    return result
  }

  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var counts = [Int](repeating: 0, count: size)
    try withUnsafeBytes(of: bytes.count) {
      try gather(
        $0, into: &counts, counts: Array(repeating: MemoryLayout<Int>.size, count: size))
    }
    var all = [UInt8](repeating: 0, count: counts.reduce(0, +))
    try bytes.withUnsafeBytes { try gather($0, into: &all, counts: counts) }
    var start = 0
    return counts.map { count in
      defer { start += count }
      return Array(all[start..<start + count])
    }
  }

  private func gather<Element>(
    _ bytes: UnsafeRawBufferPointer, into all: inout [Element], counts: [Int]
  ) throws {
    try check(
      all.withUnsafeMutableBytes { mpi.allGather(bytes.baseAddress, $0.baseAddress, counts) },
      "gathering")
  }

  func barrier() throws { try check(mpi.barrier(), "waiting for all ranks") }

  func finalize() throws { try check(mpi.finalize(), "end") }

  func abort(_ code: Int32) { mpi.abort(code) }

  private func check(_ code: Int32, _ operation: String) throws {
    try Self.check(code, mpi, operation)
  }

  private static func check(_ code: Int32, _ mpi: ElixirMPI, _ operation: String) throws {
    guard code != 0 else { return }
    throw MPIError.failed(
      operation: operation, reason: MPIPlugin.text { mpi.message(code, $0, $1) })
  }
}
