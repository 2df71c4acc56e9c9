// On a narrow screen the desk's parts are panes, one at a time; which one is an attribute of the document, so that no
// redrawing of the page forgets it. Wide screens show all of them, and the style sheet hides these buttons.
// A sign on the assistant's button says what happens in the pane that is not in sight.

export default function ({ data, parentElement }) {
  const page = document.documentElement
  const nav = parentElement.querySelector("nav") ?? made("nav", { className: "ov-panes" })
  if (!nav.isConnected) parentElement.append(nav)
  nav.data = data
  const drawn = JSON.stringify([data.n, data.parts])
  if (nav.drawn !== drawn) {
    nav.drawn = drawn
    nav.seen = data.n_arrived
    page.dataset.pane = "question"
    nav.setAttribute("aria-label", data.label)
    nav.hidden = data.parts.length === 1
    nav.live = made("span", { className: "ov-unseen" })
    nav.live.setAttribute("aria-live", "polite")
    nav.replaceChildren(...data.parts.map(([name, label]) => button(nav, page, name, label)), nav.live)
  }
  sign(nav, page)
}

function made(tag, properties) {
  return Object.assign(document.createElement(tag), properties)
}

function button(nav, page, name, label) {
  const part = made("button", { type: "button", textContent: label })
  part.dataset.pane = name
  part.setAttribute("aria-pressed", String(page.dataset.pane === name))
  part.addEventListener("click", () => {
    page.dataset.pane = name
    for (const other of nav.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === part))
    sign(nav, page)
  })
  return part
}

function sign(nav, page) {
  const part = nav.querySelector('[data-pane="chat"]')
  if (!part) return
  const { is_writing, n_arrived, writing, arrived } = nav.data
  const isInSight = page.dataset.pane === "chat" || nav.getClientRects().length === 0
  if (isInSight) nav.seen = n_arrived
  const news = isInSight ? "" : is_writing ? "writing" : n_arrived > nav.seen ? "arrived" : ""
  const words = { writing, arrived }[news] ?? ""
  if (part.dataset.news === news) return
  part.dataset.news = news
  part.querySelector("span")?.remove()
  if (words) part.append(made("span", { className: "ov-unseen", textContent: words }))
  nav.live.textContent = words
}
