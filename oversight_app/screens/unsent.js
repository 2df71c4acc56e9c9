// What somebody has written to the assistant is kept in the tab until the server has it. Streamlit empties the field as
// soon as a message is on its way, and a message on a line that has gone dead, or a reload, would take the words along.

const KEPT = "oversight_unsent"

export default function ({ data }) {
  const page = document.documentElement
  const isFirst = page.unsent === undefined
  page.unsent ??= { isLost: false, ...watched() }
  page.unsent.n = data.n
  page.unsent.nSent = data.n_sent
  const kept = read()
  if (kept && (kept.n !== data.n || kept.nSent < data.n_sent)) forget()
  else if (kept && (isFirst || page.unsent.isLost)) putBack(kept)
  page.unsent.isLost = false
}

function watched() {
  const page = document.documentElement
  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.(field(page.unsent.n))) return
    if (target.value === "") forget()
    else keep({ n: page.unsent.n, nSent: page.unsent.nSent, text: target.value })
  })
  const observer = new MutationObserver(([{ target }]) => {
    if (target.dataset.testConnectionState !== "CONNECTED") page.unsent.isLost = true
  })
  observer.observe(document.querySelector("[data-testid=stApp]"), { attributeFilter: ["data-test-connection-state"] })
  return { observer }
}

function putBack(kept) {
  const area = document.querySelector(field(kept.n))
  if (!area || area.value !== "") return
  // The field is React's: it believes what the browser itself sets, and what somebody seems to have entered.
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, kept.text)
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
