import Support
import TestSupport
import Testing

@Suite struct CSVFileTests {
  @Test func quotesOnlyWhereNeeded() throws {
    let folder = try TemporaryFolder()
    let file = try CSVFile(folder.path + "/t.csv", columns: ["sample", "label"])
    try file.append(["plain name", "1"])
    try file.append(["a,b", "say \"no\"\n"])
    try file.close()
    #expect(
      String(decoding: try folder.read("t.csv"), as: UTF8.self)
        == "sample,label\nplain name,1\n\"a,b\",\"say \"\"no\"\"\n\"\n")
  }

  @Test func cellsAreNoFormulas() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.csv"
    let row = ["=1+1", "+a", "-x.png", "@SUM(A1)", "'=1", "''-a", "'plain", "-0.5", "\t=1", "'"]
    let file = try CSVFile(path, columns: row)
    try file.append(row)
    try file.close()
    let line = "'=1+1,'+a,'-x.png,'@SUM(A1),''=1,'''-a,'plain,-0.5,'\t=1,'\n"
    #expect(String(decoding: try folder.read("t.csv"), as: UTF8.self) == line + line)
    #expect(try CSVFile.read(path) == [row, row])
  }

  @Test func readsWhatItWrote() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/t.csv"
    let rows = [["sample", "label"], ["plain name", "1"], ["a,b", "say \"no\"\n"], ["", ""]]
    let file = try CSVFile(path, columns: rows[0])
    for row in rows.dropFirst() { try file.append(row) }
    try file.close()
    #expect(try CSVFile.read(path) == rows)
    #expect(throws: FileError.notFound(path: folder.path + "/absent.csv")) {
      try CSVFile.read(folder.path + "/absent.csv")
    }
    try folder.write(Array("a,\"b".utf8), to: "cut.csv")
    let error = #expect(throws: FileError.self) { try CSVFile.read(folder.path + "/cut.csv") }
    #expect(
      "\(try #require(error))".hasSuffix("a quoted field does not end; the file is truncated"))
  }
}
