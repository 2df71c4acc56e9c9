// Tells the server which tab this is, and since when somebody means to work in it. Session storage keeps both over a
// reload, but a duplicated tab begins with a copy of it. So whoever uses an id holds a lock of its name: the tab that
// cannot have the lock is the copy, and takes an id of its own.

const KEPT = "oversight_tab"
const CALM_TICK_MS = 100
const CALM_FOR = 3
const CALM_AT_LATEST = 50
const LOCK_WAIT_MS = 400 // on a reload the page before may still hold it for a moment

export default function ({ data, setStateValue }) {
  const root = document.documentElement
  const drawnAt = Date.now()
  root.tab ??= identified(() => data.now + (Date.now() - drawnAt))
  root.tab.then(async (tab) => {
    if (data.since > tab.since) {
      tab.since = data.since
      keep(tab)
    }
    if (data.known === tab.id || root.isReporting) return
    root.isReporting = true
    await calm()
    root.isReporting = false
    setStateValue("reported", { ...tab })
  })
}

// A word to the server begins a run. While one is going on, that could swallow what it has put into a field: the mark
// that the record has, and that this tab takes over. So this waits until the page stands.
async function calm() {
  let nCalm = 0
  for (let n = 0; n < CALM_AT_LATEST && nCalm < CALM_FOR; n++) {
    await new Promise((resolve) => setTimeout(resolve, CALM_TICK_MS))
    const state = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState
    nCalm = state === "notRunning" ? nCalm + 1 : 0
  }
}

async function identified(serverNow) {
  const kept = read()
  const isItself = kept !== null && (await hold(kept.id))
  const [navigation] = performance.getEntriesByType("navigation")
  // Opening the link once more, in a tab that was taken over, is a way of saying "here".
  const isReload = ["reload", "back_forward"].includes(navigation?.type)
  const tab = isItself && isReload ? kept : { id: isItself ? kept.id : newId(), since: serverNow() }
  if (!isItself) hold(tab.id)
  keep(tab)
  return tab
}

// Where there are no locks (a page that came over plain http from another machine), a copy passes for its original.
function hold(id) {
  if (!navigator.locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    const forGood = () => {
      resolve(true)
      return new Promise(() => {})
    }
    const signal = AbortSignal.timeout(LOCK_WAIT_MS)
    navigator.locks.request(`${KEPT}_${id}`, { signal }, forGood).catch(() => resolve(false))
  })
}

function newId() {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((n) => n.toString(36)).join("")
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT))
  } catch {
    return null
  }
}

function keep(tab) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(tab))
  } catch {} // a browser that keeps nothing: the tab is a new one after each reload
}
