/// A NumPy element type as pickled: a call of `numpy.dtype` with a code, and a state whose second
/// field is the byte order.
struct PickleArrayType {
  var descriptor: String
  /// Bytes.
  var size: Int

  private static let sizes: [Character: [Int]] = [
    "b": [1], "i": [1, 2, 4, 8], "u": [1, 2, 4, 8], "f": [2, 4, 8], "c": [8, 16],
  ]

  init(_ value: PickleValue) throws(PickleFailure) {
    guard case .call(NumPyNames.dtype, let arguments, let state) = value,
      let code = arguments.first?.string, let kind = code.first
    else { throw PickleFailure("an array whose type is \(value.kind)") }
    guard let size = Int(code.dropFirst()), size >= 0 else {
      throw PickleFailure("an array of the type '\(code.prefix(20))'")
    }
    let order = state.elements.flatMap { $0.count > 1 ? $0[1].string : nil } ?? "|"
    guard ["<", ">", "|", "="].contains(order) else {
      throw PickleFailure("an array of the byte order '\(order.prefix(20))'")
    }
    switch kind {
    case "S": self.size = size
    // Four bytes a letter.
    case "U" where size < 1 << 28: self.size = 4 * size
    case _ where Self.sizes[kind]?.contains(size) == true: self.size = size
    default: throw PickleFailure("an array of the type '\(code.prefix(20))', which is not numbers")
    }
    descriptor = (order == "=" ? "<" : order) + code
    if self.size > 1, kind != "S", order == "|" { descriptor = "<" + code }
  }
}

/// Functions and classes of NumPy in pickles of arrays.
enum NumPyNames {
  static let dtype = PickleName("numpy", "dtype")
  static let ndarray = PickleName("numpy", "ndarray")
  /// By Python 2, 3 with NumPy 1, and 3 with NumPy 2.
  static let reconstruct = both("multiarray", "_reconstruct")
  static let scalar = both("multiarray", "scalar")
  static let fromBuffer = both("numeric", "_frombuffer")

  static let all: Set<PickleName> =
    reconstruct.union(scalar).union(fromBuffer).union([dtype, ndarray])

  private static func both(_ module: String, _ name: String) -> Set<PickleName> {
    ["numpy.core.", "numpy._core."].reduce(into: []) {
      $0.insert(PickleName($1 + module, name))
    }
  }
}
