import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// Files that `torch.save` of several versions wrote, with what PyTorch reads of them.
@Suite(.requiresFixtures)
struct TorchFileTests {
  static let folder = Fixtures.shared.appendingPathComponent("formats/checkpoints/torch")

  struct Expected: Decodable {
    struct File: Decodable {
      var file: String
      var sameTensorsAs: String?
      var refuse: String?
      var tensors: [String: Tensor]?

      enum CodingKeys: String, CodingKey {
        case file, refuse, tensors
        case sameTensorsAs = "same_tensors_as"
      }
    }

    /// Element type in PyTorch's words, shape, SHA-256 of the row-major elements.
    struct Tensor: Decodable {
      var type: String
      var shape: [Int]
      var hash: String

      init(from decoder: any Decoder) throws {
        var fields = try decoder.unkeyedContainer()
        type = try fields.decode(String.self)
        shape = try fields.decode([Int].self)
        hash = try fields.decode(String.self)
      }
    }

    var files: [File]
  }

  static let expected: [Expected.File] = {
    let url = folder.appendingPathComponent("expected.json")
    guard let data = try? Data(contentsOf: url) else { return [] }
    return (try? JSONDecoder().decode(Expected.self, from: data).files) ?? []
  }()

  static let types: [String: ElementType] = [
    "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
    "int8": .int8, "int16": .int16, "int32": .int32, "int64": .int64, "bool": .bool,
    "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
    "complex64": .complex64, "float8_e4m3fn": .float8E4M3, "float8_e5m2": .float8E5M2,
  ]

  @Test func thereAreFixtures() { #expect(Self.expected.count >= 29) }

  @Test(arguments: expected.filter { $0.refuse == nil }.map(\.file))
  func everyTensorIsAsPyTorchReadsIt(name: String) throws {
    let entry = try #require(Self.expected.first { $0.file == name })
    let source = entry.sameTensorsAs.map { same in Self.expected.first { $0.file == same } }
    let tensors = try #require((source ?? entry)?.tensors)
    let file = try TorchFile(Self.folder.appendingPathComponent(name))
    #expect(Set(file.names) == Set(tensors.keys))
    for (name, tensor) in tensors {
      #expect(file.elementType(name) == Self.types[tensor.type], "\(name)")
      #expect(file.shape(name) == tensor.shape, "\(name)")
      let bytes = try file.bytes(name)
      #expect(SHA256.hexDigest(bytes) == tensor.hash, "\(name)")
      // Its second half alone, too.
      let count = tensor.shape.reduce(1, *)
      let half = try file.bytes(name, elements: count / 2..<count)
      #expect(half == bytes.suffix(half.count), "\(name)")
    }
  }

  @Test(arguments: expected.filter { $0.refuse != nil }.map(\.file))
  func whatIsNoStateDictionaryIsRefusedByItsKind(name: String) throws {
    let entry = try #require(Self.expected.first { $0.file == name })
    let error = #expect(throws: (any Error).self) {
      try Checkpoint(Self.folder.appendingPathComponent(name))
    }
    let words = (entry.refuse ?? "").replacingOccurrences(of: ", not a state_dict", with: "")
      .replacingOccurrences(of: "not a torch file", with: "not a torch or safetensors file")
    #expect("\(error!)".contains(words), "\(error!)")
    #expect(!"\(error!)".contains("\n"))
  }

  /// The weights of `resnet20-zip.pt` by names that the network itself gives them.
  @Test(arguments: [
    "resnet20-zip.pt", "resnet20-legacy.pth", "checkpoint.pth.tar", "args-namespace.pt",
    "protocol4.pt", "deflated.pt", "big-endian.pt",
  ])
  func weightsAreFoundAmongOtherThings(name: String) throws {
    let plain = try TorchFile(Self.folder.appendingPathComponent("resnet20-zip.pt"))
    let checkpoint = try Checkpoint(Self.folder.appendingPathComponent(name))
    let names = try checkpoint.storedNames()
    #expect(Set(names.keys) == Set(plain.names))
    #expect(
      try checkpoint.floats(try #require(names["linear.weight"])) == plain.floats("linear.weight"))
  }

  @Test func weightsOfNetAccEpochAreThoseOfNet() throws {
    let url = Self.folder.appendingPathComponent("net-acc-epoch-legacy.t7")
    let checkpoint = try Checkpoint(url)
    #expect(checkpoint.names.contains("conv1.weight"))
    #expect(!checkpoint.names.contains { $0.contains("optimizer") })
    #expect(try checkpoint.floats("conv1.weight") == TorchFile(url).floats("net/conv1.weight"))
  }

  @Test func typesThatAreNotReadAreNamed() throws {
    let checkpoint = try Checkpoint(Self.folder.appendingPathComponent("dtypes.pt"))
    #expect(try checkpoint.floats("float16").count == 6)
    for name in ["float8_e4m3fn", "complex64", "uint16"] {
      #expect { try checkpoint.floats(name) } throws: {
        "\($0)".contains("tensor '\(name)' has element type")
      }
    }
  }

  @Test func aFileThatIsOneTensorHasThat() throws {
    let url = Self.folder.appendingPathComponent("tensor-only.pt")
    let checkpoint = try Checkpoint(url)
    #expect(checkpoint.names == ["tensor"])
    #expect(checkpoint.shape("tensor") == [3, 4])
    #expect(try checkpoint.floats("tensor") == TorchFile(url).floats(""))
  }
}
