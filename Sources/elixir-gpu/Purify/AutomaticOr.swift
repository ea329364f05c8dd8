import ArgumentParser

/// `auto`, which leaves a value to be found from the data, or a number.
enum AutomaticOr<Number: LosslessStringConvertible>: ExpressibleByArgument {
  case auto
  case value(Number)

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Number(argument) {
      self = .value(number)
    } else {
      return nil
    }
  }
}
