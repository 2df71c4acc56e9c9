// The replies that are being written. Twice a second what is new of them is asked for, beside the page, and put behind
// what stands there: no run of the page, so that a hundred people can read along, and words that somebody has marked
// stay marked. Once one of them is not being written any more, the page is asked for; it then draws what is the case.

const EVERY_MS = 500
const PATIENCE_MS = 10_000
const ASK_AGAIN_MS = 3000 // a word to the server while the connection was down is lost, so it is said again

export default function ({ data, setTriggerValue, parentElement }) {
  const reader = (parentElement.reader ??= start(parentElement))
  const names = data.replies.join(" ")
  if (reader.names !== names) reader.askedAt = -Infinity
  Object.assign(reader, { names, replies: data.replies, setTriggerValue })
}

function start(place) {
  const turn = async () => {
    if (!place.isConnected) {
      delete place.reader
      return
    }
    await look(place.reader)
    setTimeout(turn, EVERY_MS)
  }
  setTimeout(turn, EVERY_MS)
  return {}
}

async function look(reader) {
  // Found anew each time: a run of the page may have drawn the lines again, with more in them.
  const lines = [...document.querySelectorAll(".ov-writing")]
  await Promise.all(
    lines.filter((line) => reader.replies.includes(line.dataset.reply)).map((line) => readOn(line, reader)),
  )
}

async function readOn(line, reader) {
  const { reply, shown } = line.dataset
  try {
    const address = `/reply?${new URLSearchParams({ of: reply, after: shown })}`
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) })
    if (answer.status >= 500) return
    const said = answer.status === 200 ? await answer.json() : { text: "", is_over: true }
    grow(line, shown, said)
    if (said.is_over) end(reader)
  } catch {} // the server is away, and asked again in a moment
}

function grow(line, shown, said) {
  if (line.dataset.shown !== shown || said.text === "") return
  const waiting = line.querySelector(".ov-waiting")
  let words = line.querySelector(".ov-exact")
  if (!words) {
    words = document.createElement("div")
    words.className = "ov-exact"
    words.append(waiting)
    for (const before of line.querySelectorAll(".ov-small")) before.remove()
    line.append(words)
  }
  if (words.firstChild === waiting) waiting.before(said.text)
  else words.firstChild.appendData(said.text)
  line.dataset.shown = said.shown
}

function end(reader) {
  if (performance.now() - reader.askedAt < ASK_AGAIN_MS) return
  reader.askedAt = performance.now()
  reader.setTriggerValue("over", reader.names)
}
