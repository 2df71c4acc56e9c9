// A new page to read begins at its top, and at its heading for those who listen; the browser only knows one page.

export default function ({ data }) {
  const root = document.documentElement
  if (root.dataset.page === data.page) return
  const isFirst = root.dataset.page === undefined
  root.dataset.page = data.page
  document.querySelector(".stMain")?.scrollTo(0, 0)
  if (!isFirst) document.querySelector("h1.ov-heading")?.focus({ preventScroll: true })
}
