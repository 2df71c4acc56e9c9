// Keyword search in the passage. Hits are painted with the browser's highlight registry, so the passage's own elements
// are never touched; a browser without it still counts and jumps, and marks the present hit by selecting it.
//
// It is also where words go from the chat: a press on a quotation's mark brings the passage's words here, and the small
// button beside a selection whatever was selected. Others hear of it by events on the document: `ov-search` with the
// term and its hits once somebody has stopped typing, `ov-quote` with what was said of the quotation.

const AT_LEAST = 2
const SETTLED_MS = 600
const canPaint = typeof Highlight === "function" && Boolean(CSS.highlights)

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".ov-search")
  const state = root.state ?? (root.state = start(root))
  state.words = data.words
  state.input.placeholder = data.words.placeholder
  for (const name of ["input", "previous", "next"])
    state[name].setAttribute("aria-label", data.words[name === "input" ? "placeholder" : name])
  if (state.n !== data.n) {
    clearTimeout(state.settling)
    Object.assign(state, { n: data.n, hits: [], at: -1, told: "", index: null })
    state.input.value = ""
    show(state)
  }
  return () => {
    state.listening.abort()
    clearTimeout(state.settling)
    paint([], -1)
    root.state = undefined
  }
}

function start(root) {
  const state = {
    listening: new AbortController(),
    input: root.querySelector("input"),
    count: root.querySelector(".ov-hits"),
    previous: root.querySelector(".ov-previous"),
    next: root.querySelector(".ov-next"),
  }
  const on = (place, event, act) => place.addEventListener(event, act, { signal: state.listening.signal, capture: event === "scroll" })
  on(state.input, "input", () => search(state))
  on(state.input, "keydown", (event) => {
    if (event.key === "Enter") step(state, event.shiftKey ? -1 : 1)
    if (event.key === "Escape") {
      state.input.value = ""
      search(state)
    }
  })
  on(state.previous, "click", () => step(state, -1))
  on(state.next, "click", () => step(state, 1))
  on(document, "click", (event) => clicked(state, event))
  on(document, "selectionchange", () => offer(state))
  on(document, "scroll", () => document.querySelector(".ov-take:not([hidden])") && offer(state))
  // A press on the button must not first take away the selection that it is about.
  on(document, "pointerdown", (event) => {
    if (event.target.closest?.(".ov-take")) event.preventDefault()
  })
  return state
}

// -- searching ----------------------------------------------------------------------------------------

function passage(state) {
  return document.querySelector(`.st-key-passage_${state.n} .ov-passage`)
}

function search(state) {
  state.hits = find(state, state.input.value)
  state.at = state.hits.length ? 0 : -1
  show(state)
  reveal(state)
  clearTimeout(state.settling)
  state.settling = setTimeout(() => tell(state), SETTLED_MS)
}

function tell(state) {
  const term = state.input.value.trim()
  if (term.length < AT_LEAST) state.told = ""
  else if (term !== state.told) {
    state.told = term
    document.dispatchEvent(new CustomEvent("ov-search", { bubbles: true, detail: { term, hits: state.hits.length } }))
  }
}

function find(state, term) {
  const wanted = folded(term)
  if (wanted.length < AT_LEAST) return []
  const index = indexed(state)
  const hits = []
  for (let at = index.text.indexOf(wanted); at !== -1; at = index.text.indexOf(wanted, at + wanted.length))
    hits.push(range(index, at, at + wanted.length))
  return hits.length ? hits : parts(index, term)
}

// A quotation with an ellipsis stands for its parts: all of them have to be there, each behind the one before.
function parts(index, term) {
  const wanted = term.split(/\u2026|\.{3,}/).map(folded).filter((part) => part.length >= AT_LEAST)
  const hits = []
  let after = 0
  for (const part of wanted.length > 1 ? wanted : []) {
    const behind = index.text.indexOf(part, after)
    const at = behind === -1 ? index.text.indexOf(part) : behind
    if (at === -1) return []
    hits.push(range(index, at, at + part.length))
    after = at + part.length
  }
  return hits
}

// The passage as one line of text, paragraphs and lines joined by a space, and where each character of it stands.
function indexed(state) {
  const place = passage(state)
  if (state.index?.place === place && state.index.nodes[0]?.isConnected) return state.index
  const index = { place, text: "", nodes: [], offsets: [] }
  const characters = []
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    fold(` ${node.data}`, characters, (i) => {
      index.nodes.push(node)
      index.offsets.push(Math.max(0, i - 1))
    })
  }
  index.text = characters.join("")
  return (state.index = index)
}

function folded(text) {
  return fold(text, [], () => {}).join("").trim()
}

// One character for one, so that a place in the folded text is a place in the text; characters that nobody sees fall
// away, and white space, however long, is one space.
function fold(text, characters, keep) {
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
      .replace(/[‘’‚`´]/, "'")
      .replace(/[“”„«»]/, '"')
      .replace(/[\u2010-\u2015\u2212]/, "-")
      .replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/, "")
      .replace(/\s/, " ")
    if (character === "" || (character === " " && characters.at(-1) === " ")) continue
    const lower = character.toLowerCase()
    characters.push(lower.length === 1 ? lower : character)
    keep(i)
  }
  return characters
}

function range(index, begin, end) {
  const made = document.createRange()
  made.setStart(index.nodes[begin], index.offsets[begin])
  made.setEnd(index.nodes[end - 1], index.offsets[end - 1] + 1)
  return made
}

// -- showing ------------------------------------------------------------------------------------------

function step(state, by) {
  if (!state.hits.length) return
  state.at = (state.at + by + state.hits.length) % state.hits.length
  show(state)
  reveal(state)
}

function show(state) {
  const { hits, at, words } = state
  const isAsked = folded(state.input.value).length >= AT_LEAST
  const count = words.n_of.replace("{n}", at + 1).replace("{total}", hits.length)
  state.count.textContent = hits.length ? count : isAsked ? words.not_found : ""
  state.previous.disabled = state.next.disabled = hits.length === 0
  paint(hits, at)
}

function paint(hits, at) {
  if (!canPaint) return
  CSS.highlights.set("ov-hit", new Highlight(...hits.filter((_, i) => i !== at)))
  CSS.highlights.set("ov-hit-now", new Highlight(...hits.slice(Math.max(at, 0), at + 1)))
}

function reveal(state) {
  const hit = state.hits[state.at]
  if (!hit) return
  const place = passage(state)
  const found = hit.getBoundingClientRect()
  const box = place.getBoundingClientRect()
  if (found.top < box.top + 40 || found.bottom > box.bottom - 40) {
    const above = Math.max(40, Math.min(box.height / 3, (box.height - found.height) / 2))
    place.scrollTop += found.top - box.top - above
  }
  if (!canPaint) {
    getSelection().removeAllRanges()
    getSelection().addRange(hit)
  }
}

// -- from the chat ------------------------------------------------------------------------------------

function clicked(state, event) {
  const mark = event.target.closest?.(".ov-quote-mark") ?? markOf(event.target.closest?.(".ov-quote"))
  if (mark) {
    document.dispatchEvent(new CustomEvent("ov-quote", { bubbles: true, detail: { status: mark.dataset.likeness } }))
    bring(state, mark.dataset.words)
  } else if (event.target.closest?.(".ov-take")) {
    const words = selected()
    getSelection().removeAllRanges()
    bring(state, words)
  }
}

// A quotation can be pressed as a whole, and selected as well; its mark is the button that follows it.
function markOf(quote) {
  if (!quote || String(getSelection()) !== "") return null
  const marks = [...quote.parentElement.querySelectorAll(".ov-quote-mark")]
  return marks.find((mark) => quote.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING)
}

function bring(state, words) {
  // On a phone the passage is behind another pane; there the place is what one wants to see next.
  const pane = document.querySelector('.ov-panes button[data-pane="passage"]')
  if (pane?.getClientRects().length) {
    pane.click()
    passage(state).focus({ preventScroll: true })
  }
  state.input.value = words.replace(/\s+/g, " ").trim()
  search(state)
}

function selected() {
  const selection = getSelection()
  const at = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0).commonAncestorContainer : null
  const inside = (at?.nodeType === Node.TEXT_NODE ? at.parentElement : at)?.closest?.(".ov-log")
  // A point or a mark at the end belongs to the sentence around the words.
  return inside ? String(selection).replace(/^[\s"“”„«»…,.;:]+|[\s"“”„«»…,.;:]+$/g, "") : ""
}

function offer(state) {
  const button = document.querySelector(".ov-take")
  if (!button) return
  button.hidden = selected().length < AT_LEAST
  if (button.hidden) return
  const words = getSelection().getRangeAt(0).getBoundingClientRect()
  const log = document.querySelector(".st-key-talk")?.getBoundingClientRect()
  if (!log) return
  const { offsetWidth: width, offsetHeight: height } = button
  // Below the words, where no phone puts its own menu.
  const top = Math.min(Math.max(words.bottom + 6, log.top), innerHeight - height - 8)
  const left = Math.min(Math.max(words.left, log.left + 8), log.right - width - 8)
  Object.assign(button.style, { top: `${top}px`, left: `${left}px` })
}
