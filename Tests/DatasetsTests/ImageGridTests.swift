import Datasets
import Testing

@Suite struct ImageGridTests {
  @Test func placesImagesFramesAndText() throws {
    let shape = ImageShape(height: 20, width: 20, channels: 1)
    let black = RasterImage(shape: shape, filledWith: 0)
    var grid = ImageGrid(columnTitles: ["in", "out"], scale: 2)
    grid.rows = [[.init(image: black), .init(image: black, caption: "7", frame: .red)], [nil]]
    let picture = grid.render()
    // 8 margin + (40 + 6 + 8) a column; 8 + 13 heading + (46 + 13 caption + 8) a row.
    #expect(picture.shape == ImageShape(height: 155, width: 116, channels: 3))
    func color(_ y: Int, _ x: Int) -> [UInt8] { (0..<3).map { picture[y, x, $0] } }
    #expect(color(0, 0) == [255, 255, 255])
    #expect(color(21, 8) == [255, 255, 255])
    #expect(color(24, 11) == [0, 0, 0])
    #expect(color(63, 50) == [0, 0, 0])
    #expect(color(21, 62) == [200, 30, 30])
    #expect(color(24, 65) == [0, 0, 0])
    // The heading's I has its top row in the three middle columns.
    #expect((8..<13).map { color(8, $0)[0] } == [255, 20, 20, 20, 255])
    // The caption takes the frame's color.
    #expect(color(70, 62) == [200, 30, 30])
  }

  @Test func resizingKeepsConstantsAndMeans() {
    let flat = RasterImage(
      shape: ImageShape(height: 5, width: 7, channels: 3), filledWith: 91)
    #expect(flat.resized(height: 11, width: 3).pixels.allSatisfy { $0 == 91 })
    let stripes = RasterImage(
      shape: ImageShape(height: 1, width: 8, channels: 1),
      pixels: [0, 200, 0, 200, 0, 200, 0, 200])
    #expect(stripes.resized(height: 1, width: 4).pixels[1...2].allSatisfy { $0 == 100 })
    let pair = RasterImage(
      shape: ImageShape(height: 1, width: 2, channels: 1), pixels: [0, 100])
    #expect(pair.resized(height: 1, width: 4).pixels == [0, 25, 75, 100])
  }

  @Test func convertsChannelsByLuma() {
    let image = RasterImage(
      shape: ImageShape(height: 1, width: 2, channels: 3), pixels: [255, 0, 0, 80, 80, 80])
    let gray = image.converted(toChannels: 1)
    #expect(gray.pixels == [76, 80])
    #expect(gray.converted(toChannels: 3).pixels == [76, 76, 76, 80, 80, 80])
  }
}
