// What an answer would pay, by the formulas of study/scoring.py, which says where they come from; a test compares both.

const FLOOR = 0.01

function score(rule, probabilities, right) {
  const p = probabilities[right]
  if (rule === "log") return logScore(probabilities, right)
  const squares = probabilities.reduce((sum, q) => sum + q * q, 0)
  if (rule === "quadratic") return (1 + 2 * p - squares) / 2
  return squares ? p / Math.sqrt(squares) : 0
}

function logScore(probabilities, right) {
  const slope = (p) => (p >= FLOOR ? 1 + Math.log(p) : Math.log(FLOOR) + p / FLOOR)
  const drop = (p) => (p >= FLOOR ? p : FLOOR / 2 + (p * p) / (2 * FLOOR))
  const sure = drop(1) + 3 * drop(0)
  const [best, worst] = [slope(1) - sure, slope(0) - sure]
  const drops = probabilities.reduce((sum, p) => sum + drop(p), 0)
  return (slope(probabilities[right]) - drops - worst) / (best - worst)
}

// A confidence on the first of four options; the others share the rest evenly.
function spread(confidence) {
  const rest = (1 - confidence) / 3
  return [confidence, rest, rest, rest]
}

// A share of the prize in words, like "0.47 USD".
function amount(share, pay) {
  const number = Math.max(0, share * pay.prize).toFixed(pay.decimals).replace(".", pay.point)
  return pay.amount.replace("{amount}", number)
}
