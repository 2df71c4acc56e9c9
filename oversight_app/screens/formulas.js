// Formulas come as MathML in an attribute, checked by the server; see formulas.py. They are set whenever the page has
// drawn new ones: Streamlit redraws without telling.

export default function ({ parentElement }) {
  if (typeof MathMLElement === "undefined" || parentElement.setting) return
  parentElement.setting = new MutationObserver(set)
  parentElement.setting.observe(document.body, { childList: true, subtree: true })
  set()
  return () => {
    parentElement.setting?.disconnect()
    parentElement.setting = undefined
  }
}

function set() {
  for (const place of document.querySelectorAll(".ov-formula:empty")) place.innerHTML = place.dataset.mathml
}
