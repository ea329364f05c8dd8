/// What is wrong with compressed bytes; the caller names the file.
struct CompressionFailure: Error {
  let reason: String
}
