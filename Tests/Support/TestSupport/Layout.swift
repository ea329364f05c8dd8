/// Changes between PyTorch's channels-first layout and ours.
public enum Layout {
  /// `[N, C, H, W]` to `[N, H, W, C]`; convolution weights `[O, I, kH, kW]` to `[O, kH, kW, I]`.
  public static func channelsLast<Value>(_ values: [Value], shape: [Int]) -> [Value] {
    precondition(
      shape.count == 4 && shape.reduce(1, *) == values.count,
      "channelsLast: \(values.count) values of shape \(shape)")
    return reorder(values, outer: shape[0], rows: shape[1], columns: shape[2] * shape[3])
  }

  /// `[N, H, W, C]` to `[N, C, H, W]`.
  public static func channelsFirst<Value>(_ values: [Value], shape: [Int]) -> [Value] {
    precondition(
      shape.count == 4 && shape.reduce(1, *) == values.count,
      "channelsFirst: \(values.count) values of shape \(shape)")
    return reorder(values, outer: shape[0], rows: shape[1] * shape[2], columns: shape[3])
  }

  /// Transposes each of `outer` matrices `[rows, columns]`.
  private static func reorder<Value>(
    _ values: [Value], outer: Int, rows: Int, columns: Int
  ) -> [Value] {
    (0..<values.count).map { index in
      let row = index % rows
      let column = index / rows % columns
      return values[(index / rows / columns * rows + row) * columns + column]
    }
  }
}
