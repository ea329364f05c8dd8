import Autograd
import NeuralNet

/// What goes along the two ways of a U-Net beside the features.
struct UNetPath {
  /// Each layer's output on the way down, taken off on the way up.
  var skips: [Tensor]
  /// The image of NCSN++, at the level's resolution; `nil` at the beginning of the way up.
  var image: Tensor?
}

/// A resolution level on the way down: appends each layer's output to the path; returns the last.
protocol DownLevel: Module {
  func callAsFunction(_ x: Tensor, time: Tensor, path: inout UNetPath) -> Tensor
}

/// A resolution level on the way up: takes a skip connection off the path for each layer.
protocol UpLevel: Module {
  func callAsFunction(_ x: consuming Tensor, time: Tensor, path: inout UNetPath) -> Tensor
}
