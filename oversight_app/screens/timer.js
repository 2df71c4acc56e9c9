// Streamlit calls this again on the same element with each new page, and does not clean up in between: so one state
// object on the element, one interval for good, and each call only brings new figures.

const TICK_MS = 200
const ASK_AGAIN_MS = 3000 // a question sent while the connection was down is lost, so it is asked again
const UNBELIEVABLE_MS = 5000 // between this browser's measure and the server's; a line and a busy server explain less
const BUTTONS = ["submit", "skip", "initial_submit"]

export default function ({ data, setTriggerValue, setStateValue, parentElement }) {
  const root = parentElement.querySelector(".ov-timer")
  const bar = root.bar ?? (root.bar = start(root))
  Object.assign(bar, { data, setTriggerValue, setStateValue })
  if (bar.n !== data.n) {
    Object.assign(bar, { n: data.n, called: new Set(), opened: opened(data) })
    // Limits below a call's mark make no such call.
    for (const [mark] of data.calls) if (data.remaining_ms !== null && data.remaining_ms < mark * 1000) bar.called.add(mark)
    say(bar, [data.where, data.whose].filter(Boolean).join(", "))
  }
  bar.askedAt = -Infinity
  bar.from = { remaining: data.remaining_ms, early: data.min_ms ?? 0, steady: performance.now(), wall: Date.now() }
  doubt(bar)
  bar.parts.full.textContent = data.where
  bar.parts.short.textContent = data.where_short
  bar.parts.label.textContent = data.left
  bar.parts.whose.textContent = data.whose
  tick(bar)
  return () => {}
}

function start(root) {
  const bar = {
    root,
    parts: {
      full: root.querySelector(".ov-full"),
      short: root.querySelector(".ov-short"),
      clock: root.querySelector(".ov-clock"),
      label: root.querySelector(".ov-label"),
      left: root.querySelector(".ov-left"),
      whose: root.querySelector(".ov-whose"),
      track: root.querySelector(".ov-track > span"),
      live: root.querySelector("[aria-live]"),
    },
  }
  bar.interval = setInterval(() => (root.isConnected ? tick(bar) : stop(bar)), TICK_MS)
  bar.onClick = (event) => clicked(bar, event)
  document.addEventListener("visibilitychange", (bar.onVisible = () => tick(bar)))
  document.addEventListener("click", bar.onClick, { capture: true })
  document.documentElement.dataset.selectable = "" // option texts: see clicked()
  return bar
}

function stop(bar) {
  delete document.documentElement.dataset.selectable
  delete document.documentElement.dataset.early
  clearInterval(bar.interval)
  document.removeEventListener("visibilitychange", bar.onVisible)
  document.removeEventListener("click", bar.onClick, { capture: true })
}

// Since when this tab has the question, also from before a reload; null where it was opened somewhere else before.
function opened(data) {
  const now = { steady: performance.now(), wall: Date.now(), before: 0 }
  if (!data.trial) return now
  try {
    const first = sessionStorage.getItem(keptAt(data))
    if (first !== null) return first === "" ? null : { ...now, before: now.wall - Number(first) }
    sessionStorage.setItem(keptAt(data), String(now.wall))
  } catch {
    // A browser that stores nothing measures from here, where that is the beginning.
  }
  return now
}

// What this browser has measured goes on over a reload by its wall clock, and nobody knows who sets that, or how long
// another tab had the question before. So it is held against the server's own measure at every drawing of the page: a
// measure that is far off, once, is none.
function doubt({ opened, data }) {
  if (!opened || !data.trial || Math.abs(opened.before + passedSince(opened) - data.shown_ms) <= UNBELIEVABLE_MS) return
  opened.isOff = true
  try {
    sessionStorage.setItem(keptAt(data), "")
  } catch {}
}

// Null also where the two clocks have parted since the last drawing: one of them was set, or the machine slept.
function measured({ opened, from }) {
  const parted = Math.abs(performance.now() - from.steady - (Date.now() - from.wall))
  return opened && !opened.isOff && parted <= UNBELIEVABLE_MS ? Math.round(opened.before + passedSince(opened)) : null
}

function keptAt(data) {
  return `oversight-shown-${data.trial}`
}

// A steady clock may stand still while the machine sleeps; a wall clock may be set back. The larger one is right.
function passedSince({ steady, wall }) {
  return Math.max(performance.now() - steady, Date.now() - wall)
}

function tick(bar) {
  const { remaining, early } = bar.from
  const passed = passedSince(bar.from)
  sayFromWhen(bar, Math.ceil((early - passed) / 1000))
  const isTimed = remaining !== null
  bar.parts.clock.hidden = !isTimed
  if (!isTimed) {
    bar.parts.track.style.width = `${100 * bar.data.share}%`
    bar.root.dataset.state = "untimed"
    return
  }
  const left = Math.max(0, remaining - passed)
  const seconds = Math.ceil(left / 1000)
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
  if (bar.parts.left.textContent !== text) bar.parts.left.textContent = text
  bar.parts.track.style.width = `${(100 * left) / bar.data.total_ms}%`
  bar.root.dataset.state = seconds <= 10 ? "last" : seconds <= 60 ? "soon" : "calm"
  for (const [mark, words] of bar.data.calls) {
    if (seconds <= mark && left > 0 && !bar.called.has(mark)) {
      bar.called.add(mark)
      say(bar, words)
    }
  }
  if (left === 0 && performance.now() - bar.askedAt >= ASK_AGAIN_MS) {
    bar.askedAt = performance.now()
    bar.setTriggerValue("expired", bar.n)
  }
}

// The button is Streamlit's, and its text with it; so the style sheet adds from when on it counts.
function sayFromWhen(bar, seconds) {
  const page = document.documentElement
  if (seconds > 0) {
    page.dataset.early = ""
    page.style.setProperty("--ov-early", JSON.stringify(bar.data.early.replace("{n}", seconds)))
  } else delete page.dataset.early
}

function say(bar, words) {
  bar.parts.live.textContent = words
}

function clicked(bar, event) {
  const at = event.target
  if (!(at instanceof Element)) return
  const by = BUTTONS.find((name) => at.closest(`.st-key-${name}_${bar.n} button`))
  if (by) {
    bar.setStateValue("submitted", { n: bar.n, by, ms: measured(bar) })
    return
  }
  // An option's text can be selected and copied, so it lies above its radio button; a plain click on it chooses.
  const option = at.closest(".ov-option[data-option]")
  if (option && String(getSelection()) === "") {
    const radios = document.querySelectorAll(`.st-key-${bar.data.answer} input[type="radio"]`)
    radios[Number(option.dataset.option)]?.click()
  }
}
