/// Reads a pickle into plain data without calling anything.
///
/// A pickle is a program for a machine with a stack, a memo, and the power to call any function of
/// Python. This machine has the stack and the memo. Of functions it knows how Python makes
/// containers (`OrderedDict`, `set`, …); a call of a function that the caller allows becomes a
/// value that says so; any other name ends the reading, whether it is called or not.
///
/// Bounds: every length is checked against the bytes that are left before anything is allocated;
/// each instruction adds a bounded number of slots; the memo is a dictionary, so that an index is
/// no size.
struct PickleMachine {
  let bytes: [UInt8]
  var position: Int
  let allowed: Set<PickleName>
  var stack: [PickleSlot] = []
  /// Heights of the stack at each mark.
  var marks: [Int] = []
  var memo: [Int: PickleSlot] = [:]
  var nodes: [PickleNode] = []
  /// Bytes that may still be made by encoding text.
  var encodingBudget: Int

  init(_ bytes: [UInt8], from position: Int, allowed: Set<PickleName>) {
    self.bytes = bytes
    self.position = position
    self.allowed = allowed
    // Each text of a real pickle is encoded once, to at most as many bytes.
    encodingBudget = bytes.count
  }

  /// Runs to STOP; then `position` is behind it.
  mutating func run() throws(PickleFailure) -> PickleSlot {
    while true {
      let code = try byte()
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw PickleFailure("byte \(position - 1) is \(code), which is no pickle instruction")
      }
      if opcode == .stop {
        guard let result = stack.last, stack.count == 1 else {
          throw PickleFailure("STOP at byte \(position - 1) with \(stack.count) values")
        }
        return result
      }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(PickleFailure) {
    switch opcode {
    case .proto:
      let version = try byte()
      guard version <= 5 else { throw PickleFailure("pickle protocol \(version), above 5") }
    case .frame: _ = try length(of: 8)
    case .mark: marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup: stack.append(try top())
    case .get: try recall(try decimal())
    case .binget: try recall(Int(try byte()))
    case .longBinget: try recall(try unsigned(4))
    case .put: memo[try decimal()] = try top()
    case .binput: memo[Int(try byte())] = try top()
    case .longBinput: memo[try unsigned(4)] = try top()
    case .memoize: memo[memo.count] = try top()

    case .none: push(.none)
    case .newtrue: push(.bool(true))
    case .newfalse: push(.bool(false))
    case .int, .long, .binint, .binint1, .binint2, .long1, .long4, .float, .binfloat:
      push(try number(opcode))
    case .string, .binstring, .shortBinstring, .binbytes, .shortBinbytes, .binbytes8, .bytearray8,
      .unicode, .shortBinunicode, .binunicode, .binunicode8:
      push(try string(opcode))

    case .emptyList: make(.list)
    case .emptyTuple: make(.tuple)
    case .emptyDict: make(.dictionary)
    case .emptySet: make(.set)
    case .list: make(.list, try popToMark())
    case .tuple: make(.tuple, try popToMark())
    case .frozenset: make(.set, try popToMark())
    case .dict: make(.dictionary, try pairs(try popToMark()))
    case .tuple1: make(.tuple, try pop(1))
    case .tuple2: make(.tuple, try pop(2))
    case .tuple3: make(.tuple, try pop(3))
    case .append: try extend(.list, by: try pop(1))
    case .appends: try extend(.list, by: try popToMark())
    case .additems: try extend(.set, by: try popToMark())
    case .setitem: try extend(.dictionary, by: try pop(2))
    case .setitems: try extend(.dictionary, by: try pairs(try popToMark()))

    case .global: try pushName(try line(), try line())
    case .stackGlobal: try pushStackName()
    case .reduce, .newobj: try call()
    case .build: try build()
    case .binpersid: make(.persistent, try pop(1))
    case .persid: make(.persistent, [.value(.text(try text(try line())))])
    case .inst: try refuseInstance()
    case .obj, .newobjEx, .ext1, .ext2, .ext4, .nextBuffer, .readonlyBuffer:
      throw PickleFailure(
        "the pickle instruction \(opcode) at byte \(position - 1), which plain data do not need")
    case .stop: break
    }
  }

  /// INST names what it makes, which is told.
  private mutating func refuseInstance() throws(PickleFailure) {
    let name = PickleName(try text(try line()), try text(try line()))
    throw PickleFailure("the pickle instruction inst makes \(name)", refused: name, whole: false)
  }
}
