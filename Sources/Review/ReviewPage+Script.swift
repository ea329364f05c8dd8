extension ReviewPage {
  /// Everything from the data is set as text, never as markup.
  static let script = #"""
    "use strict";
    const $ = id => document.getElementById(id);
    const list = $("samples"), filter = $("filter"), size = 60;
    const names = [...$("label").options].map(option => option.text);
    let samples = [], cursor = 0, anchor = null, selected = new Set(), offset = 0, count = 0;

    function element(tag, text, style) {
      const made = document.createElement(tag);
      if (text !== undefined) made.textContent = text;
      if (style) made.className = style;
      return made;
    }
    function figure(path, caption, style) {
      const made = element("figure", undefined, style), image = element("img");
      image.src = path; image.alt = caption; image.loading = "lazy";
      made.append(image, element("figcaption", caption));
      return made;
    }
    async function ask(path, body) {
      const answer = await fetch(path, body === undefined ? {} : {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    }
    function say(text) { $("progress").textContent = text; }
    function failed(error) { say("Failed: " + error.message); }

    async function load(keep) {
      const query = new URLSearchParams(new FormData(filter));
      query.set("offset", offset); query.set("limit", size);
      const page = await ask("samples?" + query);
      samples = page.samples; count = page.count;
      if (!keep) { cursor = 0; selected.clear(); }
      cursor = Math.max(0, Math.min(cursor, samples.length - 1));
      say(`${page.decided} of ${page.total} decided; ${count ? offset + 1 : 0} to ` +
        `${offset + samples.length} of ${count} shown`);
      draw();
    }
    function verdict(sample) {
      const parts = [];
      if (sample.verdict) parts.push("verdict " + sample.verdict);
      if (sample.evidence) parts.push(sample.evidence);
      if (!sample.isInOutput) parts.push("left out");
      if (sample.doubt !== undefined) parts.push("doubt " + sample.doubt.toFixed(2));
      return parts.join(", ");
    }
    function card(sample, place) {
      const item = element("li");
      item.id = "sample-" + sample.sample; item.dataset.place = place;
      item.setAttribute("role", "option");
      const pair = element("div", undefined, "pair");
      for (const kind of sample.isInOutput ? ["before", "after"] : ["before"]) {
        const image = element("img");
        image.src = `picture/${sample.sample}/${kind}`; image.loading = "lazy";
        image.alt = `${sample.name}, ${kind}`;
        pair.append(image);
      }
      const label = sample.oldLabel === sample.newLabel ? names[sample.oldLabel]
        : `${names[sample.oldLabel]} → ${names[sample.newLabel]}`;
      item.append(pair, element("p", label), element("p", verdict(sample), "soft"));
      if (sample.decision) {
        const text = { accept: "accepted", reject: "to be left out" }[sample.decision]
          ?? "original as " + names[sample.decidedLabel];
        item.append(element("p", text, "decision " + sample.decision));
      }
      return item;
    }
    function draw() {
      list.replaceChildren(...samples.map(card));
      mark();
    }
    function mark() {
      for (const item of list.children) {
        const place = Number(item.dataset.place);
        item.setAttribute("aria-selected", selected.has(samples[place].sample));
        item.classList.toggle("cursor", place === cursor);
      }
      const sample = samples[cursor];
      if (!sample) {
        list.removeAttribute("aria-activedescendant");
        return $("details").replaceChildren();
      }
      list.setAttribute("aria-activedescendant", "sample-" + sample.sample);
      list.children[cursor].scrollIntoView({ block: "nearest" });
      show(sample).catch(failed);
    }
    let shown = 0;
    async function show(sample) {
      const turn = ++shown;
      const details = await ask("sample/" + sample.sample);
      if (turn !== shown) return;
      const three = element("div", undefined, "three"), path = `picture/${sample.sample}/`;
      three.append(figure(path + "before", "original: " + names[sample.oldLabel]));
      if (sample.isInOutput) three.append(figure(path + "change", "change × 8"),
        figure(path + "after", "output: " + names[sample.newLabel]));
      const facts = element("dl");
      const add = (name, value) => facts.append(element("dt", name), element("dd", value));
      add("evidence", verdict(sample) || "none");
      if (details.pixelsChanged)
        add("changed pixels", `${details.pixelsChanged}, at most ${details.greatestChange}/255`);
      if (details.distance !== undefined) add("distance", details.distance.toFixed(4));
      if (details.victimLabel !== undefined) add("victim's label", names[details.victimLabel]);
      for (const score of details.scores) {
        const value = score.score === undefined ? "–" : score.score.toFixed(3);
        add(score.detector, value + (score.isFlagged ? ", flagged" : ""));
      }
      const parts = [element("h2", sample.name), three, element("h3", "Evidence"), facts];
      if (details.candidateLabels.length) {
        const strip = element("div", undefined, "strip");
        details.candidateLabels.forEach((label, place) => {
          const style = label === sample.oldLabel ? "" : "moved";
          if (details.hasCandidateImages && place < 24)
            strip.append(figure(`${path}candidate-${place}`, names[label], style));
          else strip.append(element("span", names[label], style));
        });
        parts.push(element("h3", "Restorations in order, with the victim's labels"), strip);
      }
      $("details").replaceChildren(...parts);
    }
    function move(step, selects) {
      const next = Math.max(0, Math.min(samples.length - 1, cursor + step));
      if (selects) {
        anchor ??= cursor;
        const [low, high] = [Math.min(anchor, next), Math.max(anchor, next)];
        selected = new Set(samples.slice(low, high + 1).map(sample => sample.sample));
      } else anchor = null;
      cursor = next; mark();
    }
    function columns() {
      const top = list.children[0]?.offsetTop;
      return Math.max(1, [...list.children].filter(item => item.offsetTop === top).length);
    }
    function toggle(place) {
      const number = samples[place]?.sample;
      if (number === undefined) return;
      if (!selected.delete(number)) selected.add(number);
      anchor = null; mark();
    }
    async function decide(kind, label) {
      const chosen = selected.size ? [...selected]
        : samples.slice(cursor, cursor + 1).map(sample => sample.sample);
      if (!chosen.length) return;
      await ask("decide", { samples: chosen, kind, label });
      const single = !selected.size;
      selected.clear(); anchor = null;
      await load(true);
      if (single && !filter.undecided.checked) move(1, false);
    }
    async function undo() {
      const answer = await ask("undo", {});
      await load(true);
      const place = samples.findIndex(sample => answer.samples.includes(sample.sample));
      if (place >= 0) { cursor = place; mark(); }
      const count = answer.samples.length;
      say(count ? `Taken back: ${count} decisions` : "There is nothing to take back");
    }
    function turn(step) {
      const next = offset + step * size;
      if (next < 0 || next >= count) return;
      offset = next; load().catch(failed);
    }
    const actions = {
      accept: () => decide("accept"), reject: () => decide("reject"),
      relabel: () => decide("relabel", Number($("label").value)), undo,
      all: () => { samples.forEach(sample => selected.add(sample.sample)); mark(); },
      previous: () => turn(-1), next: () => turn(1),
    };
    const keys = {
      a: "accept", r: "reject", u: "undo", n: "next", p: "previous", "*": "all",
    };
    for (const [id, action] of Object.entries(actions))
      $(id).addEventListener("click", () => Promise.resolve(action()).catch(failed));
    filter.addEventListener("change", () => { offset = 0; load().catch(failed); });
    filter.addEventListener("submit", event => event.preventDefault());
    list.addEventListener("click", event => {
      const item = event.target.closest("li");
      if (!item) return;
      cursor = Number(item.dataset.place);
      if (event.ctrlKey || event.metaKey) toggle(cursor); else if (event.shiftKey) {
        anchor ??= cursor; move(0, true);
      } else { anchor = cursor; mark(); }
    });
    $("label").addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      event.preventDefault(); list.focus();
      Promise.resolve(actions.relabel()).catch(failed);
    });
    document.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(SELECT|INPUT|BUTTON)$/.test(event.target.tagName) && event.key !== "Escape") return;
      const line = columns();
      const steps = {
        ArrowRight: 1, ArrowLeft: -1, ArrowDown: line, ArrowUp: -line, j: 1, k: -1 };
      if (event.key in steps) move(steps[event.key], event.shiftKey);
      else if (event.key === "x" || event.key === " ") toggle(cursor);
      else if (event.key === "Escape") { selected.clear(); anchor = null; list.focus(); mark(); }
      else if (event.key === "l") $("label").focus();
      else if (event.key in keys) Promise.resolve(actions[keys[event.key]]()).catch(failed);
      else return;
      event.preventDefault();
    });
    load().then(() => list.focus()).catch(failed);
    """#
}
