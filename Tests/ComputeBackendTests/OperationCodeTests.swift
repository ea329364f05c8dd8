import ComputeBackend
import Foundation
import Testing

/// The numbers by which kernels know operations.
@Suite struct OperationCodeTests {
  private static let file = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }.appending(path: "Kernels/operation_codes.h")

  /// An enumeration in C: its constants count from 0, as the Swift one must.
  private func declaration<Code: CaseIterable & RawRepresentable<Int32>>(
    _ prefix: String, _ codes: Code.Type
  ) -> String {
    let cases = Array(codes.allCases)
    #expect(cases.map(\.rawValue) == Array(0..<Int32(cases.count)), "\(codes)")
    let constants = cases.map { code in
      let name = "\(code)"
      return "  \(prefix)\(name.prefix(1).uppercased())\(name.dropFirst()),\n"
    }
    return "enum {\n" + constants.joined() + "};\n"
  }

  /// The file that C and OpenCL kernels include is made of the Swift enumerations.
  @Test func kernelsCountAsSwiftDoes() throws {
    let declarations = [
      declaration("Unary", UnaryOperation.Code.self), declaration("Activation", Activation.self),
      declaration("Binary", BinaryOperation.self), declaration("Reduction", ReductionOperation.self),
    ].joined(separator: "\n")
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    let start = try #require(text.range(of: "enum {")).lowerBound
    if ProcessInfo.processInfo.environment["ELIXIR_WRITE_CODES"] == "1" {
      try (text[..<start] + declarations).write(to: Self.file, atomically: true, encoding: .utf8)
    } else {
      #expect(text[start...] == declarations, "write it anew, as its first lines say")
    }
  }
}
