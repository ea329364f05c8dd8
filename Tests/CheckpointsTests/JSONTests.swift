import Checkpoints
import Foundation
import TestSupport
import Testing

struct JSONTests {
  private func parse(_ text: String) throws -> JSONValue {
    let folder = try TemporaryFolder()
    return try JSONValue.read(try folder.file("x.json", text))
  }

  @Test func keepsNullOrderAndIntegers() throws {
    let text = #"{"z":null,"a":[1,-2,3.5,1e-06,-Infinity],"t":true,"s":"é\"\\\n😀\u0001"}"#
    let value = try parse(text)
    guard case .object(let object) = value else {
      Issue.record("not an object")
      return
    }
    #expect(object.keys == ["z", "a", "t", "s"])
    #expect(object["z"] == .null)
    #expect(object["absent"] == nil)
    #expect(
      object["a"]
        == .array([.integer(1), .integer(-2), .number(3.5), .number(1e-6), .number(-.infinity)]))
    #expect(object["s"] == .string("é\"\\\n😀\u{1}"))
    #expect(value.serialized() == text)
  }

  @Test func escapesAreDecoded() throws {
    #expect(try parse(#""\ud83d\ude00\/\b\t""#) == .string("😀/\u{8}\t"))
  }

  @Test func indentedTextIsWritten() throws {
    let value = JSONValue.object(
      JSONObject([("b", .array([.integer(1), .integer(2)])), ("a", .object(JSONObject()))]))
    #expect(
      value.serialized(indentation: 2, sortedKeys: true) == """
        {
          "a": {},
          "b": [
            1,
            2
          ]
        }
        """)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "1e", "--1", "tru", "\"a", "'a'", "[1 2]", "+1",
    #"{"a":1,"a":2}"#, "\"\\x\"", "\"\\u12G4\"",
  ])
  func invalidTextIsRefused(_ text: String) throws {
    #expect {
      try parse(text)
    } throws: {
      guard case CheckpointError.invalidJSON = $0 else { return false }
      return "\($0)".contains("x.json: not valid JSON: ")
    }
  }

  @Test func removingAKeyKeepsTheOthers() {
    var object = JSONObject([("a", .integer(1)), ("b", .null), ("c", .integer(3))])
    object["b"] = nil
    object["a"] = .integer(5)
    #expect(object.keys == ["a", "c"])
    #expect(object["a"] == .integer(5))
  }

  @Test func configurationFieldsAreTyped() throws {
    enum Shape: String, CaseIterable { case round, square }
    let folder = try TemporaryFolder()
    let reader = try ConfigurationReader(
      try folder.file(
        "c.json", #"{"n":8,"x":0.5,"none":null,"shape":"flat","list":[1,0],"f":2.0}"#))
    #expect(try reader.integer("n", default: 1) == 8)
    #expect(try reader.integer("f", default: 1) == 2)
    #expect(try reader.integer("absent", default: 3) == 3)
    #expect(try reader.optionalInteger("none", default: 8) == nil)
    #expect(try reader.optionalInteger("absent", default: 8) == 8)
    #expect(try reader.number("x", default: 1) == 0.5)
    #expect {
      try reader.choice("shape", default: Shape.round)
    } throws: {
      "\($0)".hasSuffix("c.json: shape is 'flat', which is not supported; supported: round, square")
    }
    #expect { try reader.integers("list", default: []) } throws: { "\($0)".contains("list is 0") }
    #expect { try reader.integer("none", default: 1) } throws: { "\($0)".contains("none is null") }
    #expect { try reader.integer("x", default: 1) } throws: { "\($0)".contains("x is 0.5") }
  }
}
