import Datasets

/// A corner of an image, in the order in which patches take them.
public enum ImageCorner: CaseIterable, Sendable {
  case bottomRight, topLeft, bottomLeft, topRight

  /// Where a patch is put, which fits into images of a shape.
  func place(of patch: ImageShape, in shape: ImageShape) -> (top: Int, left: Int) {
    let isTop = self == .topLeft || self == .topRight
    let isLeft = self == .topLeft || self == .bottomLeft
    return (isTop ? 0 : shape.height - patch.height, isLeft ? 0 : shape.width - patch.width)
  }
}
