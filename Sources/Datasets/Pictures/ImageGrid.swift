/// A picture of images in rows and columns, with a heading over each column and a caption and a
/// coloured frame for each image.
///
///     var grid = ImageGrid(columnTitles: ["original", "poisoned"])
///     grid.rows.append([.init(image: before), .init(image: after, caption: "0", frame: .red)])
///     try PNG.write(grid.render(), to: "grid.png")
public struct ImageGrid: Sendable {
  /// A colour of text or frame.
  public struct Colour: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    public static let red = Colour(red: 200, green: 30, blue: 30)
    public static let green = Colour(red: 20, green: 140, blue: 60)
    public static let gray = Colour(red: 130, green: 130, blue: 130)
    public static let black = Colour(red: 20, green: 20, blue: 20)
  }

  /// One image of the grid.
  public struct Cell: Sendable {
    public var image: RasterImage
    /// Written below; letters appear as capitals, and what does not fit is cut.
    public var caption: String
    public var frame: Colour?

    public init(image: RasterImage, caption: String = "", frame: Colour? = nil) {
      self.image = image
      self.caption = caption
      self.frame = frame
    }
  }

  public var columnTitles: [String]
  /// Cells by row; `nil` leaves a place empty.
  public var rows: [[Cell?]] = []
  /// Pixels of the picture per pixel of an image.
  public var scale: Int

  private static let margin = 8
  private static let frameWidth = 3
  private static let textHeight = BitmapFont.height + 6

  public init(columnTitles: [String] = [], scale: Int = 3) {
    precondition(scale > 0, "ImageGrid: scale \(scale)")
    self.columnTitles = columnTitles
    self.scale = scale
  }

  /// Draws the grid on white; images may differ in size and channels.
  public func render() -> RasterImage {
    let cells = rows.flatMap { $0 }.compactMap { $0 }
    let columns = max(columnTitles.count, rows.map(\.count).max() ?? 0)
    let inner = 2 * Self.frameWidth
    let cellWidth = (cells.map(\.image.shape.width).max() ?? 0) * scale + inner
    let imageHeight = (cells.map(\.image.shape.height).max() ?? 0) * scale + inner
    let captions = cells.contains { !$0.caption.isEmpty }
    let rowHeight = imageHeight + (captions ? Self.textHeight : 0) + Self.margin
    let top = Self.margin + (columnTitles.isEmpty ? 0 : Self.textHeight)
    var picture = RasterImage(
      shape: ImageShape(
        height: max(1, top + rows.count * rowHeight),
        width: Self.margin + max(1, columns) * (cellWidth + Self.margin), channels: 3),
      filledWith: 255)
    func left(_ column: Int) -> Int { Self.margin + column * (cellWidth + Self.margin) }
    for (column, title) in columnTitles.enumerated() {
      picture.write(title, y: Self.margin, x: left(column), width: cellWidth, .black)
    }
    for (row, cells) in rows.enumerated() {
      for case (let column, let cell?) in cells.enumerated() {
        let y = top + row * rowHeight
        let x = left(column)
        let shape = cell.image.shape
        if let frame = cell.frame {
          picture.fill(
            y: y, x: x, height: shape.height * scale + inner, width: shape.width * scale + inner,
            frame)
        }
        picture.draw(cell.image, y: y + Self.frameWidth, x: x + Self.frameWidth, scale: scale)
        picture.write(
          cell.caption, y: y + imageHeight + 3, x: x, width: cellWidth, cell.frame ?? .black)
      }
    }
    return picture
  }
}

extension RasterImage {
  fileprivate mutating func fill(
    y: Int, x: Int, height: Int, width: Int, _ colour: ImageGrid.Colour
  ) {
    for row in y..<y + height {
      for column in x..<x + width {
        self[row, column, 0] = colour.red
        self[row, column, 1] = colour.green
        self[row, column, 2] = colour.blue
      }
    }
  }

  fileprivate mutating func draw(_ image: RasterImage, y: Int, x: Int, scale: Int) {
    let source = image.converted(toChannels: 3)
    for row in 0..<source.shape.height * scale {
      for column in 0..<source.shape.width * scale {
        for channel in 0..<3 {
          self[y + row, x + column, channel] = source[row / scale, column / scale, channel]
        }
      }
    }
  }

  fileprivate mutating func write(
    _ text: String, y: Int, x: Int, width: Int, _ colour: ImageGrid.Colour
  ) {
    let fitting = String(text.prefix((width + 1) / BitmapFont.advance))
    BitmapFont.forEachDot(of: fitting) { row, column in
      self.fill(y: y + row, x: x + column, height: 1, width: 1, colour)
    }
  }
}
