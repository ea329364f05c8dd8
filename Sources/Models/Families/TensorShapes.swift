/// The shapes of a network's tensors by their names: what its layers are made after, for families
/// in which depth and widths vary from file to file.
public struct TensorShapes: Sendable, Equatable {
  public var shapes: [String: [Int]]

  public init(_ shapes: [String: [Int]] = [:]) { self.shapes = shapes }

  subscript(name: String) -> [Int]? { shapes[name] }

  /// Whether a module of this path has tensors.
  func has(_ path: String) -> Bool {
    shapes[path + ".weight"] != nil || shapes.keys.contains { $0.hasPrefix(path + ".") }
  }

  /// How many modules `path.0`, `path.1`, … there are without a gap.
  func count(_ path: (Int) -> String, from start: Int = 0) -> Int {
    ((start...).first { !has(path($0)) } ?? start) - start
  }
}
