// Keyword search in the passage. Hits are painted with the browser's highlight registry, so the passage's own elements
// are never touched; a browser without it still counts and jumps, and marks the present hit by selecting it.

const AT_LEAST = 2
const canPaint = typeof Highlight === "function" && Boolean(CSS.highlights)

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".ov-search")
  const state = root.state ?? (root.state = start(root))
  if (state.n !== data.n) {
    Object.assign(state, { n: data.n, hits: [], at: -1 })
    state.input.value = ""
    show(state)
  }
  return () => paint([], -1)
}

function start(root) {
  const state = {
    input: root.querySelector("input"),
    count: root.querySelector(".ov-hits"),
    previous: root.querySelector(".ov-previous"),
    next: root.querySelector(".ov-next"),
  }
  state.input.addEventListener("input", () => search(state))
  state.input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") step(state, event.shiftKey ? -1 : 1)
    if (event.key === "Escape") {
      state.input.value = ""
      search(state)
    }
  })
  state.previous.addEventListener("click", () => step(state, -1))
  state.next.addEventListener("click", () => step(state, 1))
  return state
}

function passage(state) {
  return document.querySelector(`.st-key-passage_${state.n} .ov-passage`)
}

// One character for one: a hit's place in the folded text is its place in the text.
function folded(text) {
  return Array.from({ length: text.length }, (_, i) => {
    const character = text[i].replace(/[‘’]/, "'").replace(/[“”]/, '"').replace(/\s/, " ")
    const lower = character.toLowerCase()
    return lower.length === 1 ? lower : character
  }).join("")
}

function search(state) {
  const wanted = folded(state.input.value.trim())
  state.hits = wanted.length < AT_LEAST ? [] : find(passage(state), wanted)
  state.at = state.hits.length ? 0 : -1
  show(state)
  reveal(state)
}

function find(place, wanted) {
  const hits = []
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = folded(node.data)
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
      const range = document.createRange()
      range.setStart(node, at)
      range.setEnd(node, at + wanted.length)
      hits.push(range)
    }
  }
  return hits
}

function step(state, by) {
  if (!state.hits.length) return
  state.at = (state.at + by + state.hits.length) % state.hits.length
  show(state)
  reveal(state)
}

function show(state) {
  const { hits, at, input } = state
  const asked = input.value.trim().length >= AT_LEAST
  state.count.textContent = hits.length ? `${at + 1} of ${hits.length}` : asked ? "not found" : ""
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
    place.scrollTop += found.top - box.top - place.clientHeight / 3
  }
  if (!canPaint) {
    getSelection().removeAllRanges()
    getSelection().addRange(hit)
  }
}
