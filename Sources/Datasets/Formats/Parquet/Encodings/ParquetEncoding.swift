/// How the values of a page are coded, by its number in the format.
enum ParquetEncoding: Int, Sendable {
  case plain = 0
  case plainDictionary = 2
  case runs = 3
  case packedBits = 4
  case deltaBinaryPacked = 5
  case deltaLengthByteArray = 6
  case deltaByteArray = 7
  case dictionary = 8
  case byteStreamSplit = 9

  var isDictionary: Bool { self == .dictionary || self == .plainDictionary }
}
