/// An error of a library, and which option mends it.
struct AdvisedError: Error, CustomStringConvertible {
  let description: String

  init(_ error: any Error, advice: String) {
    description = "\(error); \(advice)"
  }
}
