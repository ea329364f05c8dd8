import Support

/// Writes plain data as Python 2's `cPickle` did at protocol 2: the form of the published CIFAR
/// batches, which every reader of them knows.
///
///     let bytes = PickleWriter.bytes(of: batch)
///
/// Dictionaries, lists, strings and what NumPy makes are numbered from 1 in the memo; strings
/// within arrays are not, as there nothing else referred to them.
public struct PickleWriter {
  /// Whose strings there are.
  public enum Dialect: Sendable {
    /// Bytes are strings, at protocol 2.
    case python2
    /// Bytes are bytes, at protocol 3, so that Python 3 needs not be told how to decode them.
    case python3
  }

  private let dialect: Dialect
  private var writer = ByteWriter()
  private var memoCount = 0
  private var namesWritten: [PickleName: Int] = [:]

  /// Members and elements written at a time.
  private static let batch = 1000

  private init(dialect: Dialect) { self.dialect = dialect }

  /// The pickle of a value made of dictionaries, lists, tuples, strings, bytes, integers, numbers,
  /// truth values, `none` and arrays.
  public static func bytes(of value: PickleValue, dialect: Dialect = .python2) -> [UInt8] {
    var pickle = PickleWriter(dialect: dialect)
    pickle.emit(.proto)
    pickle.writer.append(UInt8(dialect == .python2 ? 2 : 3))
    pickle.write(value)
    pickle.emit(.stop)
    return pickle.writer.bytes
  }

  private mutating func write(_ value: PickleValue) {
    switch value {
    case .none: emit(.none)
    case .bool(let flag): emit(flag ? .newtrue : .newfalse)
    case .integer(let number): write(number)
    case .number(let number):
      emit(.binfloat)
      writer.append(number.bitPattern.byteSwapped)
    case .bytes(let bytes):
      write(bytes)
      memoize()
    case .text(let text):
      write(unicode: text)
      memoize()
    case .list(let items):
      emit(.emptyList)
      memoize()
      writeBatches(items, one: .append, several: .appends) { $0.write($1) }
    case .dictionary(let members):
      emit(.emptyDict)
      memoize()
      writeBatches(members, one: .setitem, several: .setitems) {
        $0.write($1.key)
        $0.write($1.value)
      }
    case .tuple(let items):
      if items.count > 3 { emit(.mark) }
      for item in items { write(item) }
      emit([.emptyTuple, .tuple1, .tuple2, .tuple3][safe: items.count] ?? .tuple)
      if !items.isEmpty { memoize() }
    case .array(let array): write(array)
    case .largeInteger, .set, .name, .persistent, .call:
      preconditionFailure("PickleWriter: \(value.kind) is not written")
    }
  }

  private mutating func writeBatches<Item>(
    _ items: [Item], one: PickleOpcode, several: PickleOpcode,
    _ write: (inout PickleWriter, Item) -> Void
  ) {
    for start in stride(from: 0, to: items.count, by: Self.batch) {
      let batch = items[start..<min(start + Self.batch, items.count)]
      if batch.count > 1 { emit(.mark) }
      for item in batch { write(&self, item) }
      emit(batch.count > 1 ? several : one)
    }
  }

  private mutating func write(_ number: Int) {
    switch number {
    case 0...0xFF:
      emit(.binint1)
      writer.append(UInt8(number))
    case 0...0xFFFF:
      emit(.binint2)
      writer.append(UInt16(number))
    case Int(Int32.min)...Int(Int32.max):
      emit(.binint)
      writer.append(Int32(number))
    default:
      emit(.long1)
      writer.append(UInt8(8))
      writer.append(Int64(number))
    }
  }

  private mutating func write(_ bytes: [UInt8]) {
    if bytes.count < 256 {
      emit(dialect == .python2 ? .shortBinstring : .shortBinbytes)
      writer.append(UInt8(bytes.count))
    } else {
      emit(dialect == .python2 ? .binstring : .binbytes)
      writer.append(UInt32(bytes.count))
    }
    writer.append(contentsOf: bytes)
  }

  /// A string of the dialect.
  private mutating func write(_ text: String) {
    switch dialect {
    case .python2: write(Array(text.utf8))
    case .python3: write(unicode: text)
    }
  }

  private mutating func write(unicode text: String) {
    emit(.binunicode)
    writer.append(UInt32(text.utf8.count))
    writer.append(contentsOf: Array(text.utf8))
  }

  /// `_reconstruct(ndarray, (0,), 'b')` with the state (1, shape, type, Fortran order, bytes).
  private mutating func write(_ array: PickleArray) {
    write(name: PickleName("numpy.core.multiarray", "_reconstruct"))
    write(name: NumPyNames.ndarray)
    write(0)
    emit(.tuple1)
    write(Array("b".utf8))
    emit(.tuple3)
    emit(.reduce)
    memoize()
    emit(.mark)
    write(1)
    writeShape(array.shape)
    writeType(array.descriptor)
    emit(array.isFortranOrder ? .newtrue : .newfalse)
    write(array.bytes)
    emit(.tuple)
    emit(.build)
  }

  private mutating func writeShape(_ shape: [Int]) {
    if shape.count > 3 { emit(.mark) }
    for side in shape { write(side) }
    emit([.emptyTuple, .tuple1, .tuple2, .tuple3][safe: shape.count] ?? .tuple)
  }

  /// `dtype(code, 0, 1)` with the state (3, byte order, None, None, None, -1, -1, 0).
  private mutating func writeType(_ descriptor: String) {
    write(name: NumPyNames.dtype)
    write(String(descriptor.dropFirst()))
    write(0)
    write(1)
    emit(.tuple3)
    emit(.reduce)
    memoize()
    emit(.mark)
    write(3)
    write(String(descriptor.prefix(1)))
    for _ in 0..<3 { emit(.none) }
    write(-1)
    write(-1)
    write(0)
    emit(.tuple)
    emit(.build)
  }

  private mutating func write(name: PickleName) {
    if let index = namesWritten[name] {
      recall(index)
    } else {
      emit(.global)
      writer.append(contentsOf: Array("\(name.module)\n\(name.name)\n".utf8))
      memoize()
      namesWritten[name] = memoCount
    }
  }

  private mutating func memoize() {
    memoCount += 1
    if memoCount < 256 {
      emit(.binput)
      writer.append(UInt8(memoCount))
    } else {
      emit(.longBinput)
      writer.append(UInt32(memoCount))
    }
  }

  private mutating func recall(_ index: Int) {
    if index < 256 {
      emit(.binget)
      writer.append(UInt8(index))
    } else {
      emit(.longBinget)
      writer.append(UInt32(index))
    }
  }

  private mutating func emit(_ opcode: PickleOpcode) { writer.append(opcode.rawValue) }
}

extension [PickleOpcode] {
  fileprivate subscript(safe index: Int) -> PickleOpcode? {
    indices.contains(index) ? self[index] : nil
  }
}
