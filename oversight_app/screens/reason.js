// A reason in words, kept while it is being written.

export default function ({ data, setStateValue, parentElement }) {
  let root = parentElement.querySelector(".ov-reason")
  if (root?.key !== data.key) {
    root?.entry.end()
    root?.remove()
    root = drawn(data)
    parentElement.append(root)
  }
  const entry = entryOf(root, () => root.text.value)
  entry.setStateValue = setStateValue
  if (isNews(entry, data) && root.text.value !== data.value) root.text.value = data.value
  return () => entry.end()
}

function drawn(data) {
  const id = `${data.key}_text`
  const label = made("label", { htmlFor: id, textContent: data.label })
  const text = made("textarea", { id, rows: 1, maxLength: data.longest, ariaRequired: String(data.is_required) })
  const root = made("div", { className: "ov-reason" }, label, text)
  text.addEventListener("input", () => root.entry.changed())
  return Object.assign(root, { key: data.key, text })
}
