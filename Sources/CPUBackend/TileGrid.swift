/// How a matrix product is cut into the pieces that threads take.
///
/// A piece's rows of A fit the second-level cache with a panel of B. The cut does not change the
/// result, since each element is summed along the whole of the inner axis in one piece.
struct TileGrid {
  let rows: Int
  let columns: Int
  let panelWidth: Int
  let rowBlocks: Int
  let columnBlocks: Int
  var count: Int { rowBlocks * columnBlocks }

  /// Elements of A that a piece reads: 256 KiB.
  static let blockElements = 1 << 16

  init(rows: Int, columns: Int, inner: Int, tileRows: Int, panelWidth: Int, threads: Int) {
    self.rows = rows
    self.columns = columns
    self.panelWidth = panelWidth
    let fitting = max(1, min(16, Self.blockElements / max(inner, 1) / tileRows)) * tileRows
    let wanted = threads == 1 ? 1 : 3 * threads
    let needed = (rows + fitting - 1) / fitting
    let possible = (rows + 2 * tileRows - 1) / (2 * tileRows)
    rowBlocks = max(1, needed, min(wanted, possible))
    let panels = (columns + panelWidth - 1) / panelWidth
    columnBlocks = max(1, min(panels, (wanted + rowBlocks - 1) / rowBlocks))
  }

  /// Rows and columns of piece `index`; columns begin at a panel.
  subscript(index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let (row, column) = (index / columnBlocks, index % columnBlocks)
    let panels = (columns + panelWidth - 1) / panelWidth
    let first = panels * column / columnBlocks * panelWidth
    let last = min(panels * (column + 1) / columnBlocks * panelWidth, columns)
    return (rows * row / rowBlocks..<rows * (row + 1) / rowBlocks, first..<last)
  }
}
