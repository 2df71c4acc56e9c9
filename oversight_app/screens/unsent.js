// What somebody has written to the assistant is kept in the tab until the server has it. Streamlit empties the field as
// soon as a message is on its way, and a message on a line that has gone dead, or a reload, would take the words along;
// so would a message that the server let fall, which nothing on the page tells of.

const KEPT = "oversight_unsent"
const PATIENCE_MS = 5000
const LOOKS_EVERY_MS = 500

export default function ({ data }) {
  const page = document.documentElement
  const isFirst = page.unsent === undefined
  page.unsent ??= { isLost: false, emptySince: null, putBack: null, ...watched() }
  Object.assign(page.unsent, { n: data.n, trial: data.trial, nSent: data.n_sent })
  const kept = read()
  if (kept && (kept.trial !== data.trial || kept.nSent < data.n_sent)) arrived()
  else if (kept && (isFirst || page.unsent.isLost)) putBack(performance.now() + PATIENCE_MS)
  page.unsent.isLost = false
}

function watched() {
  const page = document.documentElement
  document.addEventListener("input", ({ target }) => {
    const { n, trial, nSent } = page.unsent
    if (!target.matches?.(field(n))) return
    if (target.value === "") forget()
    else keep({ trial, nSent, text: target.value })
  })
  const observer = new MutationObserver(([{ target }]) => {
    if (target.dataset.testConnectionState !== "CONNECTED") page.unsent.isLost = true
  })
  observer.observe(document.querySelector("[data-testid=stApp]"), { attributeFilter: ["data-test-connection-state"] })
  return { observer, looking: setInterval(look, LOOKS_EVERY_MS) }
}

// The words have left the field and not arrived: once that has lasted longer than any server that is well needs.
function look() {
  const { unsent } = document.documentElement
  const area = document.querySelector(field(unsent.n))
  const isOnItsWay = area && area.value === "" && read()?.trial === unsent.trial
  if (!isOnItsWay) unsent.emptySince = null
  else if (performance.now() - (unsent.emptySince ??= performance.now()) > PATIENCE_MS) {
    unsent.putBack = read().text
    enter(area, unsent.putBack)
  }
}

// The message is there, or another question is. What stands in the field by now was put back too soon, or is new.
function arrived() {
  const { unsent } = document.documentElement
  const { trial, nSent, putBack } = unsent
  const area = document.querySelector(field(unsent.n))
  unsent.putBack = null
  forget()
  if (area?.value && area.value === putBack) enter(area, "")
  else if (area?.value) keep({ trial, nSent, text: area.value })
}

// The field may come later than this script, or be drawn once more; so it is looked at until the words stay.
function putBack(until) {
  const kept = read()
  const area = document.querySelector(field(document.documentElement.unsent.n))
  if (!kept || area?.value || performance.now() > until) return
  if (area) enter(area, kept.text)
  setTimeout(() => putBack(until), 100)
}

// The field is React's: it believes what the browser itself sets, and what somebody seems to have entered.
function enter(area, text) {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, text)
  area.dispatchEvent(new Event("input", { bubbles: true }))
}

function field(n) {
  return `.st-key-chat_input_${n} textarea`
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT))
  } catch {
    return null
  }
}

function keep(text) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(text))
  } catch {} // a browser that keeps nothing
}

function forget() {
  try {
    sessionStorage.removeItem(KEPT)
  } catch {}
}
