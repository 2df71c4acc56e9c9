// Another view of the console begins at its top, however far down somebody was in the one before.

export default function ({ data }) {
  const root = document.documentElement
  if (root.dataset.view !== undefined && root.dataset.view !== data.view)
    document.querySelector(".stMain")?.scrollTo(0, 0)
  root.dataset.view = data.view
}
