/// What is wrong with compressed bytes; the caller names the file.
package struct CompressionFailure: Error {
  let reason: String
}
