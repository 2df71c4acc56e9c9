// A new page begins at its top, and at its heading for those who listen, in its language; the browser only
// knows one page.

// What Streamlit's own parts say in English, and which of our words takes its place.
const THEIRS = [
  ["a[href='#stMain']", "skip"],
  ["section[role='dialog'] > h2[slot='title']", "connection_lost"],
  ["button[aria-label='Close'], button[aria-label='Dismiss']", "close"],
  ["button[aria-label='Send message']", "send"],
]

export default function ({ data }) {
  const root = document.documentElement
  root.lang = data.language
  // Observed for good: the dialog about a lost connection comes when no run of the page can help.
  if (root.observer === undefined) {
    root.observer = new MutationObserver(() => {
      sayInOurWords(root.words)
      keepFocusInPlace(root)
      bringFocusToPopover()
    })
    root.observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] })
    document.addEventListener("focusin", (event) => noteFocus(root, event.target))
    document.addEventListener("keydown", (event) => { if (event.key === "Tab") root.tabbedAt = performance.now() })
  }
  root.words = data.words
  sayInOurWords(data.words)
  pressesAreAnswered()
  if (root.dataset.page === data.page) return
  const isFirst = root.dataset.page === undefined
  root.dataset.page = data.page
  document.querySelector(".stMain")?.scrollTo(0, 0)
  if (isFirst) {
    guardPresses()
    makeRoomForKeyboard()
  } else keepFocusOnHeading(root, performance.now())
}

// A phone's keyboard would lie over the field at the foot of the page; so the page ends above it.
function makeRoomForKeyboard() {
  const viewport = document.querySelector('meta[name="viewport"]')
  if (viewport) viewport.content = "width=device-width, initial-scale=1, interactive-widget=resizes-content"
}

function sayInOurWords(words) {
  for (const [selector, name] of THEIRS)
    for (const found of document.querySelectorAll(selector)) {
      if (found.ariaLabel) found.ariaLabel = words[name]
      else if (found.textContent !== words[name]) found.textContent = words[name]
    }
}

// The heading may be drawn anew once more after this script ran, and a focus on the one before would be lost with it; a
// second click beside a button leaves it on the page as a whole. Focus put on anything smaller is somebody's own, and so is
// each that was moved by Tab: on its way round, Tab also stops at the page as a whole.
function keepFocusOnHeading(root, since, first = true) {
  if (root.tabbedAt > since) return
  if (first || document.activeElement?.matches("body, .stMain"))
    document.querySelector('h1[tabindex="-1"]')?.focus({ preventScroll: true })
  if (performance.now() < since + 1000) setTimeout(() => keepFocusOnHeading(root, since, false), 50)
}

// A button may vanish or be locked by the very press that it got. Its focus goes to what stands in for it, and is not lost
// on the page as a whole.
const STANDS_IN = { ".st-key-talk": "textarea", ".st-key-bar": ".st-key-leave button" }

// Noted while it is there: what is gone from the page no longer says where it stood. And only for those who see a focus,
// as by keyboard: after a touch, a phone's keyboard would come up by itself.
function noteFocus(root, element) {
  const part = element.matches(":focus-visible") && Object.keys(STANDS_IN).find((part) => element.closest(part))
  root.focused = { element, part }
}

function keepFocusInPlace({ focused }) {
  if (!focused?.part || (focused.element.isConnected && !focused.element.disabled)) return
  if (document.activeElement !== focused.element && !document.activeElement?.matches("body, .stMain")) return
  document.querySelector(`${focused.part} ${STANDS_IN[focused.part]}`)?.focus({ preventScroll: true })
}

// Streamlit draws what a popover holds at the end of the page; by keyboard it would be reached after everything else.
function bringFocusToPopover() {
  const popover = document.querySelector("[data-testid=stPopoverBody]:not([tabindex='-1'])")
  if (!popover) return
  popover.tabIndex = -1
  popover.focus({ preventScroll: true })
}
