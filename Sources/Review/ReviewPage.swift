import Reports
import Support

/// The page, its style and its script; no other host is asked for anything.
enum ReviewPage {
  static func html(_ report: ReviewedReport) -> String {
    let classes = report.data.classNames.enumerated().map { label, name in
      "<option value=\"\(label)\">\(label) \(name.shortened(to: 60).htmlEscaped)</option>"
    }.joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Review: \(report.data.path.htmlEscaped)</title>
      <link rel="stylesheet" href="review.css"><script src="review.js" defer></script></head><body>
      <header>
      <h1>Review <small>\(report.data.path.htmlEscaped) · \(report.method.htmlEscaped)</small></h1>
      <p id="progress" role="status" aria-live="polite"></p>
      <form id="filter">
      <label>Class <select name="label"><option value="">all</option>
      \(classes)
      </select></label>
      <label>Verdict <select name="verdict"><option value="">all</option><option>B</option>
      <option>P</option><option>S</option></select></label>
      <label>Order <select name="order"><option value="doubt">by doubt</option>
      <option value="change">by change</option><option value="place">as in the dataset</option>
      </select></label>
      <label><input type="checkbox" name="changed" value="1"> changed only</label>
      <label><input type="checkbox" name="undecided" value="1"> undecided only</label>
      </form>
      <div id="actions" role="toolbar" aria-label="Decisions">
      <button id="accept">Accept <kbd>a</kbd></button>
      <button id="reject">Leave out <kbd>r</kbd></button>
      <label>Label <select id="label">\(classes)</select></label>
      <button id="relabel">Original, relabeled <kbd>l</kbd></button>
      <button id="undo">Undo <kbd>u</kbd></button>
      <span class="gap"></span>
      <button id="all">Select page <kbd>*</kbd></button>
      <button id="previous">Previous <kbd>p</kbd></button>
      <button id="next">Next <kbd>n</kbd></button>
      </div>
      </header>
      <main><ul id="samples" role="listbox" aria-multiselectable="true" tabindex="0"
      aria-label="Samples"></ul>
      <aside id="details" aria-live="polite" aria-label="Details"></aside></main>
      <footer>Arrow keys move, <kbd>x</kbd> or the space bar selects, <kbd>Shift</kbd> with an arrow
      selects on the way, <kbd>Esc</kbd> selects nothing. Decisions are about what is selected, or
      the sample at the cursor. They are kept at once; <code>elixir-gpu apply</code> makes the
      dataset of them.</footer>
      </body></html>

      """
  }

  static let css = """
    :root { color-scheme: light dark; --paper: light-dark(#fbfaf8, #16181b);
      --card: light-dark(#fff, #1e2125); --ink: light-dark(#22252a, #dfe2e6);
      --soft: light-dark(#5f6670, #9aa2ac); --line: light-dark(#dcd8d0, #383d45);
      --link: light-dark(#1d5a96, #7db4ec); --green: light-dark(#1f6f43, #5fbf8b);
      --red: light-dark(#b4451f, #f08a63); --violet: light-dark(#6d4a94, #b796dc) }
    * { box-sizing: border-box } html { scroll-padding-top: 9rem }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif }
    header { position: sticky; top: 0; z-index: 1; background: var(--paper); padding: .6rem 1rem;
      border-bottom: 1px solid var(--line) }
    h1 { font-size: 1.15rem; margin: 0; display: inline-block; margin-right: 1rem }
    h1 small { font-weight: 400; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere }
    #progress { display: inline; color: var(--soft); font-size: .9rem }
    #filter, #actions { display: flex; flex-wrap: wrap; gap: .4rem .9rem; align-items: center;
      margin-top: .5rem } .gap { flex: 1 }
    select { max-width: 12rem }
    button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
      border-radius: 6px; padding: .2rem .6rem; cursor: pointer }
    kbd { font: .8em ui-monospace, monospace; border: 1px solid var(--line); border-radius: 3px;
      padding: 0 .25em; color: var(--soft) }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
    main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(16rem, 24rem); gap: 1rem;
      padding: 1rem; align-items: start }
    @media (max-width: 50rem) { main { grid-template-columns: minmax(0, 1fr) }
      aside { order: -1 } header { position: static } }
    #samples { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem;
      grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)) }
    #samples > li { background: var(--card); border: 2px solid var(--line); border-radius: 8px;
      padding: .4rem; font-size: .8rem; min-width: 0; cursor: pointer }
    #samples > li[aria-selected=true] { border-color: var(--link) }
    #samples > li.cursor { box-shadow: 0 0 0 3px color-mix(in srgb, var(--link) 45%, transparent) }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .3rem }
    img { width: 100%; image-rendering: pixelated; display: block; border-radius: 3px;
      background: var(--line); aspect-ratio: 1; object-fit: contain }
    li p { margin: .3rem 0 0; overflow-wrap: anywhere; line-height: 1.3 }
    .soft { color: var(--soft) } .accept { color: var(--green) } .reject { color: var(--red) }
    .relabel { color: var(--violet) } .decision { font-weight: 650 }
    aside { position: sticky; top: 9rem; background: var(--card); border: 1px solid var(--line);
      border-radius: 8px; padding: .8rem; font-size: .85rem; overflow-wrap: anywhere }
    aside h2 { font-size: .95rem; margin: 0 0 .5rem }
    aside h3 { font-size: .85rem; margin: .8rem 0 .3rem }
    aside .three { display: grid; grid-template-columns: repeat(3, 1fr); gap: .4rem }
    aside .strip { display: grid; grid-template-columns: repeat(4, 1fr); gap: .4rem }
    figure { margin: 0 } figcaption { font-size: .72rem; color: var(--soft) }
    .moved figcaption { color: var(--red) } dl { display: grid; grid-template-columns: auto 1fr;
      gap: .1rem .8rem; margin: 0 } dt { color: var(--soft) } dd { margin: 0 }
    footer { padding: 0 1rem 2rem; color: var(--soft); font-size: .85rem; max-width: 80ch }
    """
}
