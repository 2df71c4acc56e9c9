// What somebody enters is sent a moment after the last change, or at once where it is settled, with a number that grows
// with every change. The server says back the last number that it has dealt with: what comes with an older one was said
// before the last change, and must not undo it.

const PAUSE_MS = 400

function entryOf(root, read) {
  if (root.entry) return root.entry
  const entry = { edit: 0, pending: null, onSettled: () => {} }
  entry.changed = () => {
    entry.edit += 1
    clearTimeout(entry.pending)
    entry.pending = setTimeout(entry.settle, PAUSE_MS)
  }
  entry.settle = () => {
    if (entry.pending === null) return
    clearTimeout(entry.pending)
    entry.pending = null
    entry.setStateValue("entered", { value: read(), edit: entry.edit })
    entry.onSettled()
  }
  // Focus leaves a field before a click on a button is one, so what is submitted has been sent.
  for (const end of ["focusout", "pointerup"]) root.addEventListener(end, entry.settle)
  document.addEventListener("visibilitychange", entry.settle)
  entry.end = () => {
    clearTimeout(entry.pending)
    document.removeEventListener("visibilitychange", entry.settle)
  }
  root.entry = entry
  return entry
}

// Whether the server's value is to be shown: it knows all that was changed here.
function isNews(entry, data) {
  const knows = data.edit >= entry.edit
  entry.edit = Math.max(entry.edit, data.edit)
  return knows
}

function made(tag, properties, ...inside) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...inside)
  return element
}
