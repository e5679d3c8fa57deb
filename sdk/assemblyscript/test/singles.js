// Numbers of 32 bits by exact arithmetic, to compare what the SDK reads with.

/** The nearest f32 of a decimal number, the even one of two. */
export function single(text) {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  const power = Number(exponent) - fraction.length;
  let top = BigInt(whole + fraction);
  let bottom = 1n;
  if (power > 0) top *= 10n ** BigInt(power);
  else bottom = 10n ** BigInt(-power);
  const size = rounded(top, bottom);
  return sign ? -size : size;
}

function rounded(top, bottom) {
  if (top === 0n) return 0;
  let exponent = top.toString(2).length - bottom.toString(2).length;
  if (exponent < 0 ? top << BigInt(-exponent) < bottom : top < bottom << BigInt(exponent)) exponent--;
  const unit = Math.max(exponent - 23, -149);
  if (unit > 0) bottom <<= BigInt(unit);
  else top <<= BigInt(-unit);
  let units = top / bottom;
  const rest = (top % bottom) * 2n;
  if (rest > bottom || (rest === bottom && units % 2n === 1n)) units++;
  const value = Number(units) * 2 ** unit;
  return value < 2 ** 128 ? value : Infinity;
}

/** The f32 of these bits. */
export function ofBits(bits) {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/**
 * Decimal numbers in the middle between the f32 of these bits and the next one, and a little above and below. How far behind
 * the middle's digits the ones stand that decide, and which sign they have, depends on `turn`.
 */
export function neighbours(bits, turn) {
  const above = bits === 0x7f7fffff ? 2 ** 128 : ofBits(bits + 1);
  const middle = (ofBits(bits) + above) / 2;
  // As a multiple of 2^-150, which is one of 10^-150.
  const digits = BigInt(middle * 2 ** 75 * 2 ** 75) * 5n ** 150n;
  const zeros = "0".repeat(turn % 50 === 1 ? 900 : turn % 20);
  const exponent = `e-${151 + zeros.length}`;
  const texts = [`${digits}e-150`, `${digits}${zeros}1${exponent}`, `${digits - 1n}9${zeros.replaceAll("0", "9")}${exponent}`];
  return [...texts, `-${texts[turn % 3]}`, middle.toPrecision(17 + (turn % 5)), `${middle}`];
}
