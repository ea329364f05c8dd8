/// Bytes that differ from place to place.
func patternBytes(_ count: Int, seed: Int = 0) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: ($0 + seed) &* 2_654_435_761 >> 7) }
}

/// A CIFAR-10 batch of `labels.count` records.
func cifarBatch(_ labels: [UInt8], seed: Int = 0) -> [UInt8] {
  labels.enumerated().flatMap { [$1] + patternBytes(3072, seed: seed + $0 * 991) }
}

func bigEndian(_ words: [UInt32]) -> [UInt8] {
  words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
}
