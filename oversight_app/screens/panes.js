// On a narrow screen the desk's parts are panes, one at a time; which one is an attribute of the document, so that no
// redrawing of the page forgets it. Wide screens show all of them, and the style sheet hides these buttons.

const NAMES = { passage: "Passage", question: "Question", chat: "Assistant" }

export default function ({ data, parentElement }) {
  const page = document.documentElement
  let nav = parentElement.querySelector("nav")
  if (!nav) {
    nav = document.createElement("nav")
    nav.className = "ov-panes"
    nav.setAttribute("aria-label", "Parts of the page")
    parentElement.append(nav)
  }
  const wanted = ["passage", "question", "chat"].filter((name) => name === "question" || data[name])
  if (nav.dataset.drawn === `${data.n} ${wanted}`) return
  nav.dataset.drawn = `${data.n} ${wanted}`
  page.dataset.pane = "question"
  nav.hidden = wanted.length === 1
  nav.replaceChildren(...wanted.map((name) => button(nav, page, name)))
}

function button(nav, page, name) {
  const made = document.createElement("button")
  made.type = "button"
  made.textContent = NAMES[name]
  made.dataset.pane = name
  made.setAttribute("aria-pressed", String(page.dataset.pane === name))
  made.addEventListener("click", () => {
    page.dataset.pane = name
    for (const other of nav.children) other.setAttribute("aria-pressed", String(other.dataset.pane === name))
  })
  return made
}
