// Percentages by slider or by number: one for the answer that is chosen, or one for each of the four options. A slider
// that nobody has touched shows no value and has none. What it would pay changes with it, without the server.

const GUESS = 25 // where an untouched slider starts when arrow keys move it: the value of a guess among four

export default function ({ data, setStateValue, parentElement }) {
  let root = parentElement.querySelector(".ov-scale")
  if (root?.key !== data.key) {
    root?.entry.end()
    root?.remove()
    root = drawn(data)
    parentElement.append(root)
  }
  root.data = data
  const entry = entryOf(root, () => root.values)
  entry.setStateValue = setStateValue
  entry.onSettled = () => announce(root)
  if (isNews(entry, data)) root.values = [...data.value]
  update(root)
  return () => entry.end()
}

// -- drawing ------------------------------------------------------------------------------------------------

function drawn(data) {
  const id = `${data.key}_label`
  const root = made("div", { className: ["ov-scale", `is-${data.kind}`].join(" "), role: "group" })
  root.setAttribute("aria-labelledby", id)
  Object.assign(root, { key: data.key, values: data.rows.map(() => null) })
  root.rows = data.rows.map((row, i) => drawnRow(root, row, i, data))
  root.sum = made("p", { className: "ov-sum" })
  root.wrong = made("p", { className: "ov-not-a-number", textContent: data.words.not_a_number })
  root.pay = made("p", { className: "ov-pay" })
  root.live = made("p", { className: "ov-unseen", ariaLive: "polite" })
  const label = made("p", { className: "ov-scale-label", id }, made("span", { textContent: data.label }))
  if (data.hint) label.append(made("span", { className: "ov-scale-hint", textContent: data.hint }))
  root.append(label, ...root.rows.map((row) => row.line))
  root.append(root.wrong)
  if (data.rows.length > 1) root.append(root.sum)
  if (data.pay) root.append(root.pay)
  root.append(root.live)
  return root
}

function drawnRow(root, { letter, slider, field, rest }, i, data) {
  const row = {
    slider: made("input", { type: "range", min: 0, max: 100, step: 1, ariaLabel: slider, className: "ov-slider" }),
    field: made("input", { type: "text", inputMode: "numeric", maxLength: 4, ariaLabel: field, autocomplete: "off" }),
    rest: made("button", { type: "button", className: "ov-rest", hidden: true }),
    pays: made("span", { className: "ov-pays" }),
    restName: rest,
  }
  const set = (value) => {
    root.values[i] = value
    root.entry.changed()
    update(root)
  }
  row.slider.addEventListener("input", () => set(Number(row.slider.value)))
  // A click just where an untouched slider stands changes nothing, and yet marks it.
  row.slider.addEventListener("click", () => {
    if (root.values[i] === null) set(Number(row.slider.value))
    root.entry.settle()
  })
  row.field.addEventListener("input", () => set(percentIn(row.field.value)))
  row.field.addEventListener("blur", () => update(root))
  row.field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") root.entry.settle()
  })
  row.rest.addEventListener("click", () => {
    set((root.values[i] ?? 0) + 100 - sum(root.values))
    row.slider.focus()
    root.entry.settle()
  })
  row.line = made("div", { className: "ov-share" })
  if (letter) row.line.append(made("span", { className: "ov-letter", textContent: letter, ariaHidden: "true" }))
  const number = made("span", { className: "ov-number" }, row.field, made("span", { textContent: data.sign, ariaHidden: "true" }))
  row.line.append(row.slider, number)
  if (data.rows.length > 1) row.line.append(made("span", { className: "ov-beside" }, row.rest, row.pays))
  return row
}

// A whole number from 0 to 100; null for everything else, which then counts as not entered.
function percentIn(text) {
  const digits = text.replace("%", "").trim()
  return /^\d{1,3}$/.test(digits) && Number(digits) <= 100 ? Number(digits) : null
}

function sum(values) {
  return values.reduce((total, value) => total + (value ?? 0), 0)
}

// -- showing what is entered -----------------------------------------------------------------------------------

function update(root) {
  const { data, values } = root
  const rest = 100 - sum(values)
  const isBegun = values.some((value) => value !== null)
  root.rows.forEach((row, i) => {
    const value = values[i]
    row.slider.value = value ?? GUESS
    row.slider.classList.toggle("is-untouched", value === null)
    row.slider.setAttribute("aria-valuetext", value === null ? data.words.untouched : data.words.percent.replace("{n}", value))
    row.slider.style.setProperty("--share", `${value ?? 0}%`)
    const isTyping = row.field === document.activeElement
    if (value !== null ? percentIn(row.field.value) !== value : !isTyping || row.field.value.trim() === "") row.field.value = value ?? ""
    row.field.ariaInvalid = String(value === null && row.field.value.trim() !== "")
    // Where everything is given away already, what is left empty still needs its 0.
    const isFree = root.rows.length > 1 && isBegun && (rest > 0 || (rest === 0 && value === null))
    row.rest.hidden = !isFree
    row.rest.textContent = `+${rest}`
    row.rest.ariaLabel = row.restName.replace("{n}", rest)
  })
  root.wrong.hidden = !root.rows.some((row) => row.field.ariaInvalid === "true")
  if (root.rows.length > 1) {
    const state = !isBegun ? "none" : isWhole(values) ? "whole" : rest === 0 ? "missing" : rest < 0 ? "over" : "open"
    root.sum.textContent = data.words[state].replace("{n}", sum(values))
    root.sum.dataset.state = state
  }
  if (data.pay) showPay(root)
}

function isWhole(values) {
  return values.every((value) => value !== null) && sum(values) === 100
}

function showPay(root) {
  const { pay } = root.data
  const [first] = root.values
  if (root.rows.length === 1) {
    root.pay.textContent = first === null ? pay.none : filled(pay.outcomes, spread(first / 100), pay)
    return
  }
  const shares = root.values.map((value) => value / 100)
  const isDone = isWhole(root.values)
  root.rows.forEach((row, i) => {
    row.pays.textContent = isDone ? amount(score(pay.rule, shares, i), pay) : ""
  })
  root.pay.textContent = isDone ? pay.beside : pay.none
}

function filled(sentence, probabilities, pay) {
  const [right, wrong] = [0, 1].map((k) => amount(score(pay.rule, probabilities, k), pay))
  return sentence.replace("{right}", right).replace("{wrong}", wrong)
}

// For those who listen, once somebody has stopped changing: a slider says its own value already.
function announce(root) {
  const { data, rows } = root
  const parts = root.wrong.hidden ? [] : [root.wrong.textContent]
  if (rows.length > 1) parts.push(root.sum.textContent)
  if (data.pay) {
    parts.push(root.pay.textContent)
    rows.forEach((row, i) => {
      if (row.pays.textContent) parts.push(`${data.rows[i].letter}: ${row.pays.textContent}`)
    })
  }
  root.live.textContent = parts.join(" ")
}
