// What is marked on the page, for watch.js: which option, how sure, and when that changed.
//
// A radio button of the page may change without any event that says so, and a page that is drawn anew may show what was
// marked elsewhere. So what is marked is read before and after somebody does something: what differs is theirs. A slider
// that is being drawn along is not noted before it rests.

const MARKS = ["answer", "initial", "confidence", "belief"].map((name) => `[class*='st-key-${name}_']`).join()
const SETTLED_MS = 400
const SHOWN_MS = 30 // after so long the page shows what a click has changed

function remember(watch) {
  for (const place of document.querySelectorAll(MARKS)) {
    const mark = markOf(watch, place)
    if (!mark) continue
    look(watch, mark)
    settle(watch, mark)
    mark.noted = mark.shown = read(place)
  }
}

function touched(watch, event) {
  const mark = markOf(watch, event.target.closest?.(MARKS))
  if (!mark) return
  mark.touched = now(watch)
  setTimeout(() => look(watch, mark), SHOWN_MS)
}

function markOf(watch, place) {
  const name = place && markNamed(place)
  if (!name) return null // the pane around some marks, or a button beside them
  if (!watch.marks.has(name)) watch.marks.set(name, { name, noted: [], shown: [] })
  return Object.assign(watch.marks.get(name), { place })
}

function look(watch, mark) {
  if (mark.touched === undefined) return
  const shown = read(mark.place)
  if (String(shown) !== String(mark.shown)) {
    // Another slider is moved now: the one before has come to rest.
    settle(watch, mark, (one) => shown.includes(one))
    Object.assign(mark, { shown, ms: mark.touched })
    mark.resting = setTimeout(() => settle(watch, mark), SETTLED_MS)
  }
  mark.touched = undefined
}

function settle(watch, mark, isAtRest = (one) => mark.shown.includes(one)) {
  clearTimeout(mark.resting)
  for (const one of mark.shown.filter(isAtRest))
    if (!mark.noted.includes(one)) note(watch, "choices", { mark: mark.name, ...JSON.parse(one) }, mark.ms)
  mark.noted = [...mark.noted, ...mark.shown].filter(isAtRest)
}

// Which of the radio buttons, or what the sliders say: one for the only percentage, or one for each option.
function read(place) {
  const radios = [...place.querySelectorAll("[type=radio]")]
  const chosen = radios.findIndex((radio) => radio.checked)
  const rows = [...place.querySelectorAll(".ov-share")]
  const shares = rows.map((row, i) => {
    const slider = row.querySelector("[type=range]")
    const share = slider.classList.contains("is-untouched") ? {} : { percent: Number(slider.value) }
    return rows.length > 1 ? { option: i, ...share } : share
  })
  return (radios.length ? (chosen < 0 ? [] : [{ option: chosen }]) : shares).map((one) => JSON.stringify(one))
}

function markNamed(place) {
  const [, name, ofBelief] = /\bst-key-(?:((?:initial_)?(?:answer|confidence))|belief_(answer|confidence)_\d+)_\d+(?:\s|$)/.exec(place.className) ?? []
  return name ?? (ofBelief && (ofBelief === "answer" ? "belief" : "belief_confidence"))
}
