import COpenBLAS

/// What the calls of LAPACK have in common.
enum LAPACK {
  private static let threads: Void = openblas_set_num_threads(1)

  /// Sums in the same order whatever the machine.
  static func useOneThread() { threads }

  /// Calls a routine first for the sizes of its work space, then with it.
  ///
  /// - Parameter call: takes the work space, its size or −1 to ask for it, and integers likewise.
  static func withWorkSpace(
    _ name: String,
    _ call: (
      _ work: inout [Double], _ size: Int32, _ integers: inout [Int32], _ integerSize: Int32,
      _ information: inout Int32
    ) -> Void
  ) throws {
    useOneThread()
    var (work, integers) = ([0.0], [Int32(0)])
    var information: Int32 = 0
    call(&work, -1, &integers, -1, &information)
    precondition(information == 0, "\(name): argument \(-information)")
    let size = (work: Int32(work[0]), integers: integers[0])
    work = [Double](repeating: 0, count: Int(size.work))
    integers = [Int32](repeating: 0, count: Int(size.integers))
    call(&work, size.work, &integers, size.integers, &information)
    if information > 0 { throw LinearAlgebraError.noConvergence(routine: name) }
  }
}
