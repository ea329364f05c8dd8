import Support
import Testing

@Suite struct SecretTokenTests {
  @Test func tokensDiffer() {
    let tokens = (0..<100).map { _ in SecretToken.random() }
    #expect(Set(tokens).count == 100)
    #expect(tokens.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
  }

  @Test(arguments: [
    ("", "", true), ("abc", "abc", true), ("abc", "abd", false), ("abc", "Abc", false),
    ("abc", "ab", false), ("", "a", false),
  ])
  func textsAreCompared(a: String, b: String, isEqual: Bool) {
    #expect(SecretToken.isEqual(a, b) == isEqual)
  }
}
