// Hands their data to the parts of a page that only listen. It stands in the page (assets.py); a part is called when it
// comes and when its data is another than before, and what it returned then is called when it has gone.

function begin(components) {
  const parts = new Map()
  const look = () => {
    const places = [...document.querySelectorAll(".ov-told")].map((place) => [place.dataset.part, place.dataset.told])
    const here = new Map(places)
    for (const [name, part] of parts) {
      if (here.has(name)) continue
      parts.delete(name)
      part.leave?.()
    }
    for (const [name, told] of here) {
      const part = parts.get(name) ?? { parentElement: document.createElement("div") }
      if (part.told === told) continue
      parts.set(name, Object.assign(part, { told }))
      part.leave = components[name]({ data: JSON.parse(told), parentElement: part.parentElement })
    }
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-told"] })
}
