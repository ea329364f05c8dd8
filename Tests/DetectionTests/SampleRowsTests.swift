import ComputeBackend
import Detection
import LinearAlgebra
import Testing

@Suite struct SampleRowsTests {
  @Test func rowsInAFileAreThoseInMemory() throws {
    var random = PhiloxGenerator(seed: 5)
    let rows = EvidenceRows(random.normals(3 * 2500), columns: 3)
    let stored = try StoredRows(columns: 3) { append in
      for start in stride(from: 0, to: 2500, by: 700) {
        try append(rows.values(of: Array(start..<min(start + 700, 2500))[...]))
      }
    }
    #expect(stored.count == 2500 && stored.columns == 3)
    #expect(try stored.loaded() == rows)
    #expect(try stored.matrix([7, 2, 2499]) == rows.matrix([7, 2, 2499]))
    let every = Array(stride(from: 0, to: 2500, by: 2))
    let firsts = try stored.map(every) { block in (0..<block.rows).map { block[$0, 0] } }
    #expect(firsts == every.map { Double(rows.row($0).first ?? 0) })
  }

  /// More samples than a class is judged by: all are scored, and those that were not drawn are
  /// told apart as well.
  @Test func aLargeClassIsJudgedByPartOfIt() throws {
    let count = ClassMembers.judged + 800
    let judged = ClassMembers.judged(Array(0..<count), label: 0, seed: 2)
    #expect(judged.count == ClassMembers.judged && judged == Set(judged).sorted())
    #expect(ClassMembers.judged([4, 9], label: 0, seed: 2) == [4, 9])
    var random = PhiloxGenerator(seed: 6)
    var values = random.normals(2 * count)
    for sample in stride(from: 0, to: count, by: 20) { values[2 * sample] += 40 }
    let rows = EvidenceRows(values, columns: 2)
    let found = try SpectralSignatureDetector.signatures(
      of: rows, labels: [Int32](repeating: 0, count: count), seed: 2)
    let worst = found.indices.sorted { found[$0] > found[$1] }.prefix(count / 20)
    #expect(worst.allSatisfy { $0 % 20 == 0 })
  }
}
