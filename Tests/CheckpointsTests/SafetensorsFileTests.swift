import Checkpoints
import Foundation
import TestSupport
import Testing

struct SafetensorsFileTests {
  @Test func writtenTensorsAreReadBack() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("model.safetensors")
    let values: [Float] = [1, -2.5, .leastNonzeroMagnitude, 3e38, 0, -0]
    try SafetensorsFile.write(
      [
        "b": StoredTensor(values, shape: [2, 3]), "a": StoredTensor([7], shape: []),
        "count": StoredTensor(int64: [12], shape: []), "none": StoredTensor([], shape: [0, 4]),
      ], metadata: ["architecture": "R\"18\""], to: url)

    let file = try SafetensorsFile(url)
    #expect(file.metadata == ["architecture": "R\"18\""])
    #expect(file.names.sorted() == ["a", "b", "count", "none"])
    #expect(try file.floats("b").map(\.bitPattern) == values.map(\.bitPattern))
    #expect(file.shape("b") == [2, 3])
    #expect(try file.floats("a") == [7])
    #expect(file.elementType("count") == .int64)
    #expect(try file.floats("count") == [12])
    #expect(try file.floats("none") == [])
    #expect(throws: CheckpointError.missingTensor(path: url.path, tensor: "c")) {
      try file.floats("c")
    }
    let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(leftovers == ["model.safetensors"])
  }

  @Test func dataStartAtAMultipleOfEightBytes() throws {
    let folder = try TemporaryFolder()
    for length in 1...9 {
      let url = folder.url.appendingPathComponent("\(length).safetensors")
      try SafetensorsFile.write(
        [String(repeating: "n", count: length): StoredTensor([1], shape: [1])], to: url)
      let bytes = try Data(contentsOf: url)
      #expect(bytes.count % 8 == 4)
      #expect(bytes[0] % 8 == 0)
    }
  }

  struct Element: Sendable, CustomTestStringConvertible {
    var type: String
    var bytes: [UInt8]
    var value: Float
    var testDescription: String { type }
  }

  /// The bytes of one element, little-endian.
  @Test(arguments: [
    Element(type: "F32", bytes: [0, 0, 0xC0, 0x3F], value: 1.5),
    Element(type: "F16", bytes: [0x00, 0xC1], value: -2.5),
    Element(type: "F16", bytes: [0x01, 0x00], value: 0x1p-24),
    Element(type: "BF16", bytes: [0x20, 0xC0], value: -2.5),
    Element(type: "F64", bytes: [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], value: 1.5),
    Element(type: "I64", bytes: [0xFE, 255, 255, 255, 255, 255, 255, 255], value: -2),
    Element(type: "I32", bytes: [0xFE, 255, 255, 255], value: -2),
    Element(type: "U8", bytes: [200], value: 200),
  ])
  func elementTypesConvertToFloat(_ element: Element) throws {
    let folder = try TemporaryFolder()
    // One odd byte in front, so that the element is not aligned in the file.
    let header =
      #"{"odd":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":""#
      + element.type + #"","shape":[1,1],"data_offsets":[1,\#(1 + element.bytes.count)]}}  "#
    let url = try folder.safetensors(Array(header.utf8), data: [9] + element.bytes)
    #expect(try SafetensorsFile(url).floats("x") == [element.value])
  }

  @Test func unsupportedElementTypeIsNamed() throws {
    let folder = try TemporaryFolder()
    let header = #"{"x":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}"#
    let file = try SafetensorsFile(try folder.safetensors(Array(header.utf8), data: [0, 0]))
    #expect {
      try file.floats("x")
    } throws: {
      "\($0)".hasSuffix(
        "tensor 'x' has element type F8_E4M3; convert it to one of "
          + "F32, F16, BF16, F64, I64, I32, U8")
    }
  }

  @Test func notFiniteElementsAreRefusedByName() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("nan.safetensors")
    try SafetensorsFile.write(
      ["w": StoredTensor([0, 1, .nan], shape: [3]), "v": StoredTensor([.infinity], shape: [1])],
      to: url)
    let file = try SafetensorsFile(url)
    #expect(try file.floats("w")[2].isNaN)
    #expect(throws: CheckpointError.notFinite(path: url.path, tensor: "w", index: 2)) {
      try file.finiteFloats("w")
    }
    #expect(throws: CheckpointError.notFinite(path: url.path, tensor: "v", index: 0)) {
      try Checkpoint(url).floats("v")
    }
  }

  @Test func shardsAreReadThroughTheIndex() throws {
    let folder = try TemporaryFolder()
    for (name, value) in [("a", Float(1)), ("b", Float(2))] {
      try SafetensorsFile.write(
        [name: StoredTensor([value], shape: [1])],
        to: folder.url.appendingPathComponent("\(name).safetensors"))
    }
    let index = try folder.file(
      "m.safetensors.index.json",
      #"{"metadata":{"total_size":8},"weight_map":{"b":"b.safetensors","a":"a.safetensors"}}"#)
    let checkpoint = try Checkpoint(index)
    #expect(checkpoint.names == ["a", "b"])
    #expect(try checkpoint.floats("b") == [2])

    let lying = try folder.file("l.json", #"{"weight_map":{"c":"a.safetensors"}}"#)
    #expect { try Checkpoint(lying) } throws: { "\($0)".contains("tensor 'c' is missing") }
    for path in ["../a.safetensors", "/etc/passwd", ".."] {
      let escaping = try folder.file("e.json", #"{"weight_map":{"a":"\#(path)"}}"#)
      #expect { try Checkpoint(escaping) } throws: { "\($0)".contains("beside the index") }
    }
  }
}
