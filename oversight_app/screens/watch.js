// Sees what somebody does beside answering, as far as the study notes it, and says so to the server by a way of its own:
// no page is drawn for it. What is typed, copied or pasted is counted and never read; a term that was searched for is
// the one text that leaves.
//
// Everything lies in one object on the document, because a page that turns takes this component away and brings it
// back: what was seen must outlive that, until the server has said that it is on record.

const EVERY_MS = 10000
const MOST_IN_BATCH = 100
const MOST_UNSENT = 3000 // a server that stays away for hours must not fill the memory
const PAUSE_MS = 10000 // a stretch of typing ends after so long
const SCROLL_EVERY_MS = 1000
const LEAST_SCROLL = 0.01
const LONGEST_TERM = 200

const PARTS = [
  ["question", ".ov-question"],
  ["options", "[class*='st-key-options_']"],
  ["passage", ".ov-passage"],
  ["chat", ".st-key-talk"],
  ["reason", ".ov-reason"],
  ["search", ".ov-search"],
]
const FIELDS = [
  ["chat", "[class*='st-key-chat_input_']"],
  ["reason", ".ov-reason"],
  ["search", ".ov-search"],
]

export default function ({ data, parentElement }) {
  const watch = (document.documentElement.watch ??= begun())
  watch.place = parentElement
  if (watch.whose !== data.whose || watch.n !== data.n || watch.phase !== data.phase) {
    finish(watch)
    if (watch.whose !== data.whose) pack(watch)
    const { whose, n, phase } = data
    const from = { passed: data.shown_ms, steady: performance.now(), wall: Date.now() }
    Object.assign(watch, { whose, n, phase, from, scroll: null, marks: new Map() })
  }
  watch.kinds = new Set(data.logs)
  if (!watch.listening) listen(watch)
  setTimeout(() => scrolled(watch), SCROLL_EVERY_MS) // how much of the passage is in sight without scrolling
  return () => {
    if (watch.place === parentElement) leave(watch)
  }
}

function begun() {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  const page = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  const watch = { page, seq: 0, open: [], packed: [], kinds: new Set(), marks: new Map() }
  setInterval(() => tick(watch), EVERY_MS)
  // On a phone, going out of sight may be the last that a page hears.
  document.addEventListener("visibilitychange", () => {
    note(watch, "focus", { what: document.hidden ? "hidden" : "visible" })
    if (document.hidden) sendAtOnce(watch)
  })
  addEventListener("pagehide", () => sendAtOnce(watch))
  return watch
}

function tick(watch) {
  if (watch.typing && now(watch) - watch.typing.until_ms > PAUSE_MS) endTyping(watch)
  scrolled(watch)
  send(watch)
}

function listen(watch) {
  watch.listening = new AbortController()
  const { signal } = watch.listening
  const on = (place, event, act) => place.addEventListener(event, act, { signal, capture: true, passive: true })
  on(window, "blur", (event) => event.target === window && note(watch, "focus", { what: "blur" }))
  on(window, "focus", (event) => event.target === window && note(watch, "focus", { what: "focus" }))
  for (const what of ["copy", "cut", "paste"]) on(document, what, (event) => clipped(watch, what, event))
  on(document, "ov-search", ({ detail }) => {
    const term = [...detail.term].slice(0, LONGEST_TERM).join("")
    note(watch, "search", { what: "term", term, hits: detail.hits })
  })
  on(document, "ov-quote", ({ detail }) => note(watch, "search", { what: "quote", status: detail.status }))
  on(document, "scroll", () => {
    watch.scrolling ??= setTimeout(() => {
      watch.scrolling = null
      scrolled(watch)
    }, SCROLL_EVERY_MS)
  })
  on(document, "input", (event) => typed(watch, event))
  on(document, "focusout", () => endTyping(watch))
  on(document, "keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) endTyping(watch)
  })
  for (const before of ["pointerdown", "keydown"]) on(document, before, () => remember(watch))
  for (const after of ["click", "change", "input", "keyup"]) on(document, after, (event) => touched(watch, event))
}

function leave(watch) {
  finish(watch)
  watch.listening?.abort()
  Object.assign(watch, { listening: null, n: null })
}

// What is going on is noted as it stands.
function finish(watch) {
  endTyping(watch)
  for (const mark of watch.marks.values()) {
    look(watch, mark)
    settle(watch, mark)
  }
}

// A steady clock may stand still while the machine sleeps; a wall clock may be set back. The larger one is right.
function now({ from }) {
  return Math.round(from.passed + Math.max(performance.now() - from.steady, Date.now() - from.wall))
}

function note(watch, kind, what, ms) {
  if (!watch.kinds.has(kind) || !watch.n || watch.isOver || watch.open.length >= MOST_UNSENT) return
  watch.open.push({ kind, n: watch.n, phase: watch.phase, ms: ms ?? now(watch), ...what })
}

// -- what there is to see ---------------------------------------------------------------------------------

function clipped(watch, what, event) {
  const field = event.target.closest?.("input, textarea")
  const selection = getSelection()
  const range = field || what === "paste" || !selection.rangeCount ? null : selection.getRangeAt(0)
  let length
  if (what === "paste") length = (event.clipboardData?.getData("text/plain") ?? "").length
  else length = field ? field.selectionEnd - field.selectionStart : String(selection).length
  const isTouched = range
    ? (part) => [...document.querySelectorAll(part)].some((place) => reachesInto(range, place))
    : (part) => event.target.closest?.(part)
  const parts = PARTS.filter(([, part]) => isTouched(part)).map(([name]) => name)
  note(watch, "clipboard", { what, length, parts: parts.length ? parts : ["outside"] })
}

// Whether anything of this place is selected; a selection may end at its edge.
function reachesInto(range, place) {
  const [inside, whole] = [range.cloneRange(), document.createRange()]
  whole.selectNodeContents(place)
  if (inside.compareBoundaryPoints(Range.START_TO_START, whole) < 0) inside.setStart(whole.startContainer, whole.startOffset)
  if (inside.compareBoundaryPoints(Range.END_TO_END, whole) > 0) inside.setEnd(whole.endContainer, whole.endOffset)
  return String(inside).trim() !== ""
}

// `at` is the lower edge of what is in sight, as a share of the passage.
function scrolled(watch) {
  const passage = watch.n && document.querySelector(`.st-key-passage_${watch.n} .ov-passage`)
  if (!passage?.clientHeight) return // behind another pane of a phone
  const at = Math.min(1, (passage.scrollTop + passage.clientHeight) / passage.scrollHeight)
  if (watch.scroll && Math.abs(at - watch.scroll.at) < LEAST_SCROLL) return
  watch.scroll = { at, furthest: Math.max(at, watch.scroll?.furthest ?? 0) }
  note(watch, "scroll", { at: thousandths(at), furthest: thousandths(watch.scroll.furthest) })
}

function thousandths(share) {
  return Math.round(share * 1000) / 1000
}

function typed(watch, event) {
  const field = FIELDS.find(([, place]) => event.target.closest?.(place))?.[0]
  if (!field) return
  const ms = now(watch)
  if (watch.typing && (watch.typing.field !== field || ms - watch.typing.until_ms > PAUSE_MS)) endTyping(watch)
  const run = (watch.typing ??= { field, ms, keys: 0, deletions: 0, pastes: 0 })
  const how = event.inputType ?? ""
  if (how === "insertFromPaste" || how === "insertFromDrop") run.pastes += 1
  else if (how.startsWith("delete")) run.deletions += 1
  else run.keys += 1
  Object.assign(run, { until_ms: ms, length: event.target.value.length })
}

function endTyping(watch) {
  if (!watch.typing) return
  const { ms, ...run } = watch.typing
  watch.typing = null
  note(watch, "typing", run, ms)
}

// -- sending ----------------------------------------------------------------------------------------------

function pack(watch) {
  while (watch.open.length) {
    watch.seq += 1
    const { page, seq, whose } = watch
    watch.packed.push(JSON.stringify({ page, seq, whose, seen: watch.open.splice(0, MOST_IN_BATCH) }))
  }
}

// In order and one at a time; a batch is let go of when the server has it, or says that it will never take it.
async function send(watch) {
  if (watch.isSending) return
  watch.isSending = true
  if (watch.packed.length === 0) pack(watch)
  while (watch.packed.length) {
    const [batch] = watch.packed
    const status = await post(batch)
    if (status === 403 || status === 429) {
      Object.assign(watch, { isOver: true, open: [], packed: [] })
    } else if (status >= 200 && status < 500 && status !== 404 && status !== 408) {
      watch.packed = watch.packed.filter((other) => other !== batch)
    } else break // nobody there: again with the next tick
  }
  watch.isSending = false
}

async function post(batch) {
  try {
    const headers = { "content-type": "application/json" }
    return (await fetch("/observed", { method: "POST", headers, body: batch, keepalive: true })).status
  } catch {
    return 0
  }
}

// The page may be gone in a moment. Nobody will hear the answer, so all of it is kept, and sent again if there is time;
// the server knows a batch that it has.
function sendAtOnce(watch) {
  finish(watch)
  pack(watch)
  for (const batch of watch.packed) {
    const isTaken = navigator.sendBeacon?.("/observed", new Blob([batch], { type: "application/json" }))
    if (!isTaken) post(batch)
  }
}
