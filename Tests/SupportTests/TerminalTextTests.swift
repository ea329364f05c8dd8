import Support
import Testing

@Suite struct TerminalTextTests {
  @Test func charactersThatSteerTerminalsAreEscaped() {
    #expect("é, 8×8\t≤ 1".forTerminal() == "é, 8×8\t≤ 1")
    #expect("\u{1B}[2J\u{7F}\r".forTerminal() == "\\u001B[2J\\u007F\\u000D")
    #expect("\u{9B}A\u{202E}b\u{2069}\u{2028}".forTerminal() == "\\u009BA\\u202Eb\\u2069\\u2028")
  }

  @Test func whatFollowsALineEndIsNoMessageOfItsOwn() {
    let text = "x.png\nerror: all is lost"
    #expect(text.forTerminal(indented: true) == "x.png\n  error: all is lost")
    #expect(text.forTerminal() == text)
  }
}
