/// How pages look, by day and by night; no script is needed.
enum PageStyle {
  static let themeSwitch = """
    <fieldset class="theme"><legend>Colors</legend>
    <label><input type="radio" name="theme" id="auto" checked>Auto</label>
    <label><input type="radio" name="theme" id="light">Light</label>
    <label><input type="radio" name="theme" id="dark">Dark</label></fieldset>
    """

  static let css = """
    :root { color-scheme: light dark;
      --paper: light-dark(#fbfaf8, #16181b); --card: light-dark(#fff, #1e2125);
      --ink: light-dark(#22252a, #dfe2e6); --soft: light-dark(#5f6670, #9aa2ac);
      --line: light-dark(#e3e0da, #33383f); --link: light-dark(#1d5a96, #7db4ec);
      --green: light-dark(#1f6f43, #5fbf8b); --red: light-dark(#b4451f, #f08a63);
      --blue: light-dark(#2f5d9b, #7ba7e0); --amber: light-dark(#a8780f, #dfb355);
      --violet: light-dark(#6d4a94, #b796dc); --slate: light-dark(#5c6670, #98a3ae);
      --wash-red: light-dark(#fbeae4, #3a241d); --wash-green: light-dark(#e6f2eb, #1c3026);
      --wash-amber: light-dark(#fbf1da, #352b17) }
    :root:has(#light:checked) { color-scheme: light }
    :root:has(#dark:checked) { color-scheme: dark }
    * { box-sizing: border-box }
    html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100% }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif }
    a { color: var(--link) }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
    .skip { position: absolute; left: -999rem } .skip:focus { left: 1rem; top: .5rem; z-index: 3;
      background: var(--card); padding: .3rem .6rem }
    .bar { position: sticky; top: 0; z-index: 2; display: flex; gap: 1rem; align-items: center;
      justify-content: space-between; padding: .5rem clamp(1rem, 3vw, 2.5rem);
      background: var(--paper); border-bottom: 1px solid var(--line); font-size: .875rem;
      color: var(--soft) }
    .theme { display: flex; gap: .75rem; border: 0; margin: 0; padding: 0 }
    .theme legend { position: absolute; left: -999rem }
    .theme label { display: flex; gap: .25rem; align-items: center; cursor: pointer }
    .page { padding: 0 clamp(1rem, 3vw, 2.5rem) 4rem; max-width: 120rem; margin: 0 auto }
    nav ul { list-style: none; display: flex; gap: 1.1rem; overflow-x: auto; margin: 0;
      padding: .7rem 0; font-size: .875rem; white-space: nowrap }
    nav a { text-decoration: none; color: var(--soft) } nav a:hover { color: var(--link) }
    main { min-width: 0 }
    @media (min-width: 75rem) {
      .page { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 3rem }
      nav { position: sticky; top: 3rem; align-self: start; max-height: calc(100vh - 4rem);
        overflow-y: auto } nav ul { flex-direction: column; gap: .45rem; padding: 2rem 0;
        white-space: normal }
    }
    h1 { font-size: clamp(1.35rem, 1rem + 1.6vw, 2.1rem); line-height: 1.25; font-weight: 620;
      letter-spacing: -.012em; margin: .3rem 0 .9rem; max-width: 46ch; text-wrap: pretty;
      overflow-wrap: anywhere }
    h2 { font-size: 1.25rem; font-weight: 620; margin: 0 0 .75rem }
    h3 { font-size: 1rem; font-weight: 620; margin: 1.4rem 0 .5rem }
    section { margin-top: 3rem } p { max-width: 72ch; margin: 0 0 .8rem; overflow-wrap: anywhere }
    .note { color: var(--soft); font-size: .9rem }
    .verdict { margin-top: 1.5rem; padding: clamp(1.1rem, 2.5vw, 2rem); border-radius: 10px;
      background: var(--card); border: 1px solid var(--line); border-left-width: 6px }
    .poisoned { border-left-color: var(--red) } .clean { border-left-color: var(--green) }
    .unsure { border-left-color: var(--amber) } .treated { border-left-color: var(--blue) }
    .status { font-size: .8rem; font-weight: 650; letter-spacing: .06em; text-transform: uppercase;
      color: var(--soft); margin: 0 }
    .poisoned .status { color: var(--red) } .clean .status { color: var(--green) }
    .unsure .status { color: var(--amber) } .treated .status { color: var(--blue) }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
      gap: 1rem 1.5rem; margin: 1.4rem 0 0; padding-top: 1.2rem; border-top: 1px solid var(--line) }
    .figures div { min-width: 0 } .figures dt { color: var(--soft); font-size: .85rem }
    .figures dd { margin: 0; font-size: 1.35rem; font-weight: 600; overflow-wrap: anywhere }
    .figures small { display: block; font-size: .85rem; font-weight: 400; color: var(--soft) }
    .open, .also { padding-left: 1.2rem; max-width: 78ch } .open li, .also li { margin: .3rem 0;
      overflow-wrap: anywhere } .open li::marker { color: var(--amber) }
    .warning { border-left: 4px solid var(--amber); padding-left: .8rem }
    .scroll { overflow: auto; max-height: 32rem; border: 1px solid var(--line); border-radius: 8px;
      background: var(--card); width: fit-content; max-width: 100%; margin: 0 0 1rem }
    table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
    th, td { padding: .32rem .8rem; text-align: right; border-bottom: 1px solid var(--line);
      font-weight: 400; max-width: 26rem; overflow-wrap: anywhere; vertical-align: top }
    tr:last-child > * { border-bottom: 0 }
    th[scope=col] { position: sticky; top: 0; background: var(--card); color: var(--soft);
      font-size: .82rem; vertical-align: bottom }
    th:first-child { text-align: left; min-width: 6rem }
    .values td, .words td, .words th { text-align: left } .values th { color: var(--soft) }
    .target > * { background: var(--wash-red) }
    details { margin: 0 0 1rem }
    summary { cursor: pointer; color: var(--link); margin-bottom: .5rem }
    @media (min-width: 100rem) {
      main { display: grid; grid-template-columns: 1fr 1fr; gap: 0 4rem; grid-auto-flow: dense }
      main > * { grid-column: 1 / -1; min-width: 0 }
      main > section:has(> svg.plot) { grid-column: auto } }
    svg { max-width: 100%; height: auto } svg.plot { width: 100%; max-width: 40rem; display: block;
      margin-bottom: .75rem } svg.plot > rect[fill="#fff"] { fill: none }
    .plot [fill="#333"] { fill: var(--ink) } .plot [stroke="#333"] { stroke: var(--ink) }
    .plot [stroke="#888"] { stroke: var(--line) }
    .plot [fill="#1f6f43"] { fill: var(--green) } .plot [stroke="#1f6f43"] { stroke: var(--green) }
    .plot [fill="#b4451f"] { fill: var(--red) } .plot [stroke="#b4451f"] { stroke: var(--red) }
    .plot [fill="#2f5d9b"] { fill: var(--blue) } .plot [fill="#a8780f"] { fill: var(--amber) }
    .plot [fill="#6d4a94"] { fill: var(--violet) } .plot [fill="#5c6670"] { fill: var(--slate) }
    img { max-width: 100%; image-rendering: pixelated } .drawing { image-rendering: auto;
      background: #fff; border-radius: 6px }
    .gallery { display: grid; gap: 1rem; list-style: none; margin: 0 0 1rem; padding: 0;
      grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)) }
    .gallery > li { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: .7rem; min-width: 0 }
    .triple { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .5rem }
    figure { margin: 0; min-width: 0 }
    figure img { width: 100%; display: block; border-radius: 3px }
    figcaption { font-size: .76rem; color: var(--soft); line-height: 1.35; margin-top: .2rem;
      overflow-wrap: anywhere }
    .sample { margin: .55rem 0 0; font-size: .8rem; color: var(--soft); overflow-wrap: anywhere }
    .sample b { color: var(--ink); font-weight: 600 }
    .strips { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem }
    .strips > li { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: .7rem .9rem; min-width: 0 }
    .strip { display: flex; gap: .4rem; overflow-x: auto; list-style: none; margin: .5rem 0 0;
      padding: .1rem .1rem .4rem } .strip > li { flex: 1 0 3.5rem; max-width: 5.5rem;
      min-width: 0 }
    .strip .mark { display: block; height: 4px; border-radius: 2px; margin-top: .25rem;
      background: var(--line) } .strip .moved .mark { background: var(--red) }
    .strip .first { margin-right: .7rem }
    .heat td { text-align: center; min-width: 3rem; background:
      color-mix(in srgb, var(--red) calc(var(--share, 0) * 55%), var(--card)) }
    pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      margin: 0 0 1rem; padding: .8rem 1rem; overflow-x: auto; font-size: .85rem; max-width: 100% }
    code { font-family: ui-monospace, "DejaVu Sans Mono", monospace }
    @media print { .bar, nav { display: none } .scroll { max-height: none } }
    """
}
