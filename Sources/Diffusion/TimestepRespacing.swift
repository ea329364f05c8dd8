/// Fewer time steps out of a process, in the words of OpenAI's `timestep_respacing`.
///
/// - `"ddimN"`: N steps at the smallest integer stride that gives exactly N.
/// - `"a,b,c"`: equal sections of the process, the first with a steps from its first to its last
///   time step, evenly spaced and rounded half to even, and so on; a section may have none.
/// - `"N"`: one section.
public enum TimestepRespacing {
  /// Rising time steps below `count`.
  ///
  /// - Throws: `DiffusionError.respacing`.
  public static func timesteps(_ text: String, count: Int) throws -> [Int] {
    func failure(_ reason: String) -> DiffusionError { .respacing(text, reason: reason) }
    if text.hasPrefix("ddim") {
      guard let wanted = Int(text.dropFirst(4)), wanted > 0 else {
        throw failure("a number above 0 must follow ddim")
      }
      let stride = (1..<max(count, 2)).first { (count + $0 - 1) / $0 == wanted }
      guard let stride else { throw failure("no integer stride takes \(wanted) of \(count) steps") }
      return Array(Swift.stride(from: 0, to: count, by: stride))
    }
    let sections = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Int($0) ?? -1
    }
    guard sections.allSatisfy({ $0 >= 0 }), sections.contains(where: { $0 > 0 }) else {
      throw failure("numbers with commas between, or ddim and a number, are needed")
    }
    var result: [Int] = []
    var start = 0
    for (index, steps) in sections.enumerated() {
      let size = count / sections.count + (index < count % sections.count ? 1 : 0)
      guard steps <= size else { throw failure("a section of \(size) steps has not \(steps)") }
      let stride = steps > 1 ? Double(size - 1) / Double(steps - 1) : 1
      // Summed as there, so that halves are rounded as there.
      var place = 0.0
      for _ in 0..<steps {
        result.append(start + Int(place.rounded(.toNearestOrEven)))
        place += stride
      }
      start += size
    }
    return result
  }
}
