/// Processes that work on one thing, in the terms of MPI: each has a rank, from 0.
///
/// What all ranks call together they call in the same order, each on one thread at a time.
public protocol Communicator: AnyObject {
  var rank: Int { get }
  var size: Int { get }
  /// The rank among those on the same machine.
  var localRank: Int { get }
  /// Ranks on the same machine.
  var localSize: Int { get }
  /// The machine's name.
  var node: String { get }
  /// The bytes of the rank `root`; those of others do not matter.
  func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8]
  /// The bytes of all ranks, in their order.
  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]]
  /// Waits for all ranks.
  func barrier() throws
  /// Takes leave, as the last thing that all ranks do together.
  func finalize() throws
  /// Ends all ranks, for one that cannot go on and cannot say so to the others.
  func abort(_ code: Int32)
}
