// A press counts once. Buttons of different pages may have one name and stand at one place, so the second half of a
// double click, or a second press while the first is still on its way, would act on a page that nobody has seen yet.

const DOUBLE_MS = 500
const NEAR_PX = 24
const ANSWER_MS = 10000 // what was pressed on a line that has gone dead is never answered, and may be pressed again

function guardPresses() {
  // Refused on pressing too: that is when focus moves.
  for (const half of ["mousedown", "click"]) document.addEventListener(half, lookAtPress, { capture: true })
}

function pressesAreAnswered() {
  document.documentElement.awaiting = null
}

function lookAtPress(event) {
  const root = document.documentElement
  // What a script of ours presses is a press of somebody's that was looked at already.
  if (!event.isTrusted) return
  if (isSecondHalf(event, root.pressed) || isAwaited(event, root.awaiting)) {
    event.preventDefault()
    event.stopImmediatePropagation()
    root.dataset.nRefused = Number(root.dataset.nRefused ?? 0) + 1
  } else if (event.type === "click") {
    root.pressed = { at: event.timeStamp, page: root.dataset.page, x: event.clientX, y: event.clientY }
    if (buttonAt(event)) root.awaiting = { at: event.timeStamp, button: buttonAt(event) }
  }
}

function isSecondHalf(event, pressed) {
  if (event.detail >= 2 && event.target.closest?.(".stButton, .st-key-sheet .stRadio")) return true
  if (!pressed || event.detail === 0 || event.timeStamp - pressed.at > DOUBLE_MS) return false
  const isNear = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < NEAR_PX
  return isNear && pressed.page !== document.documentElement.dataset.page
}

function isAwaited(event, awaiting) {
  return awaiting?.button && awaiting.button === buttonAt(event) && event.timeStamp - awaiting.at < ANSWER_MS
}

// Its key, by which it is the same button on every page.
function buttonAt(event) {
  const button = event.target.closest?.(".stButton button")
  return button?.closest("[class*='st-key-']")?.className.match(/st-key-\S+/)[0]
}
