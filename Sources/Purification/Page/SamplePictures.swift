import Datasets
import Reports
import Support

/// The gallery's samples in HTML.
struct SamplePictures {
  let gallery: SampleGallery
  private let data: PurifiedData
  /// Of each sample.
  private let pictures: [[RasterImage]]

  init(gallery: SampleGallery, folder: String, data: PurifiedData) throws {
    guard
      gallery.samples.allSatisfy({ sample in
        ([sample.oldLabel, sample.newLabel, sample.victimLabel ?? 0] + sample.candidateLabels)
          .allSatisfy(data.classNames.indices.contains)
          && sample.shown.allSatisfy(sample.candidateLabels.indices.contains)
      })
    else {
      throw FileError.damaged(
        path: folder + "/report.json", reason: "its gallery is not of this dataset",
        advice: "purify the dataset again")
    }
    self.gallery = gallery
    self.data = data
    pictures = try gallery.pictures(in: folder)
  }

  private var indices: Range<Int> { gallery.samples.indices }

  /// Before, change and after of changed samples.
  func changes() throws -> ReportChapter {
    let shown = indices.filter { gallery.samples[$0].doubt == nil }
    guard !shown.isEmpty else { return "" }
    return HTML.chapter(
      "Before and after",
      """
      <p>Changed samples, from the most changed on. The change is \(SampleGallery.magnification)
      times as large as it is, around gray.</p>
      <ul class="gallery">
      \(try shown.map(triple).joined(separator: "\n"))
      </ul>
      """)
  }

  private func triple(_ place: Int) throws -> String {
    let sample = gallery.samples[place]
    let (old, new) = (data.classNames[sample.oldLabel], data.classNames[sample.newLabel])
    let figures = try [
      ("before", old, "before, labeled \(old)"),
      ("change", "at most \(sample.greatestChange)", "the change"),
      ("after", new, "after, labeled \(new)"),
    ].enumerated().map { column, text in
      """
      <figure>\(try picture(place, column, "\(sample.name) \(text.2)"))\
      <figcaption>\(text.0): \(text.1.shortened(to: 60).htmlEscaped)</figcaption></figure>
      """
    }
    return """
      <li><div class="triple">\(figures.joined())</div>\(caption(sample))</li>
      """
  }

  private func caption(_ sample: SampleGallery.Sample) -> String {
    let (old, new) = (data.classNames[sample.oldLabel], data.classNames[sample.newLabel])
    let labels =
      sample.oldLabel == sample.newLabel
      ? "<b>\(new.htmlEscaped)</b>" : "\(old.htmlEscaped) → <b>\(new.htmlEscaped)</b>"
    let doubt = sample.doubt.map { " · \($0.htmlEscaped)" } ?? ""
    return "<p class=\"sample\">\(labels) · \(sample.name.htmlEscaped)\(doubt)</p>"
  }

  /// Candidates in order with the victim's labels.
  func strips() throws -> ReportChapter {
    let shown = indices.filter { gallery.samples[$0].victimLabel != nil }
    guard !shown.isEmpty else { return "" }
    return HTML.chapter(
      "Labels along the restorations",
      """
      <p>A sample, and what the denoiser made of it step by step, each with the label that the
      victim model gives it. Red marks a label that is not the sample's: with the trigger gone, a
      poisoned sample shows what it is.</p>
      <ul class="strips">
      \(try shown.map(strip).joined(separator: "\n"))
      </ul>
      """)
  }

  private func strip(_ place: Int) throws -> String {
    let sample = gallery.samples[place]
    let original = try step(
      place, column: 0, label: sample.victimLabel ?? 0, title: "original", sample, style: "first")
    let candidates = try sample.shown.enumerated().map { column, position in
      try step(
        place, column: 3 + column, label: sample.candidateLabels[position],
        title: "candidate \(position + 1)", sample)
    }
    let other = sample.candidateLabels.count { $0 != sample.oldLabel }
    return """
      <li>\(caption(sample))<p class="sample">\(other) of \(sample.candidateLabels.count) \
      restorations have another label.</p>
      <ol class="strip" tabindex="0" aria-label="\(sample.name.htmlEscaped) and its restorations">
      \(original)\(candidates.joined())
      </ol></li>
      """
  }

  private func step(
    _ place: Int, column: Int, label: Int, title: String, _ sample: SampleGallery.Sample,
    style: String = ""
  ) throws -> String {
    let name = data.classNames[label]
    let styles = [style, label == sample.oldLabel ? "" : "moved"].filter { !$0.isEmpty }
    return """
      <li class="\(styles.joined(separator: " "))"><figure>\
      \(try picture(place, column, "\(title), called \(name)"))\
      <span class="mark"></span>\
      <figcaption>\(name.shortened(to: 40).htmlEscaped)</figcaption></figure></li>
      """
  }

  private func picture(_ place: Int, _ column: Int, _ description: String) throws -> String {
    HTML.picture(
      try PNG.encode(pictures[place][column]), described: description.shortened(to: 160))
  }
}
