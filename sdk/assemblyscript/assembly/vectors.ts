// Arithmetic on arrays of numbers, in the type of the elements: integers wrap around, and lose their fractions. Sums and
// products of many are exact up to 2^53, and so are the squares of integers.

/** Throws unless the type is one of numbers; for code that is generic itself. */
export function checkValidNumber<T extends number>(_value: T): void {
  if (!isInteger<T>() && !isFloat<T>()) throw new Error("Vector must contain numbers.");
}

function requireElements<T extends number>(a: T[]): void {
  if (a.length == 0) throw new Error("Vector must not be empty.");
  checkValidNumber<T>(a[0]);
}

function requireSameLength<T extends number>(a: T[], b: T[]): void {
  if (a.length != b.length) throw new Error("Vectors must be the same length.");
  requireElements<T>(a);
}

/** The sums of elements. */
export function add<T extends number>(a: T[], b: T[]): T[] {
  const result = a.slice();
  addInPlace<T>(result, b);
  return result;
}

/** Adds the elements of `b` to those of `a`. */
export function addInPlace<T extends number>(a: T[], b: T[]): void {
  requireSameLength<T>(a, b);
  for (let i = 0; i < a.length; i++) a[i] = <T>(a[i] + b[i]);
}

/** The differences of elements. */
export function subtract<T extends number>(a: T[], b: T[]): T[] {
  const result = a.slice();
  subtractInPlace<T>(result, b);
  return result;
}

/** Subtracts the elements of `b` from those of `a`. */
export function subtractInPlace<T extends number>(a: T[], b: T[]): void {
  requireSameLength<T>(a, b);
  for (let i = 0; i < a.length; i++) a[i] = <T>(a[i] - b[i]);
}

/** The elements plus a number. */
export function addNumber<T extends number>(a: T[], b: T): T[] {
  const result = a.slice();
  addNumberInPlace<T>(result, b);
  return result;
}

/** Adds a number to each element. */
export function addNumberInPlace<T extends number>(a: T[], b: T): void {
  requireElements<T>(a);
  for (let i = 0; i < a.length; i++) a[i] = <T>(a[i] + b);
}

/** The elements less a number. */
export function subtractNumber<T extends number>(a: T[], b: T): T[] {
  const result = a.slice();
  subtractNumberInPlace<T>(result, b);
  return result;
}

/** Subtracts a number from each element. */
export function subtractNumberInPlace<T extends number>(a: T[], b: T): void {
  requireElements<T>(a);
  for (let i = 0; i < a.length; i++) a[i] = <T>(a[i] - b);
}

/** The elements times a number. */
export function multiplyNumber<T extends number>(a: T[], b: T): T[] {
  const result = a.slice();
  multiplyNumberInPlace<T>(result, b);
  return result;
}

/** Multiplies each element by a number. */
export function multiplyNumberInPlace<T extends number>(a: T[], b: T): void {
  requireElements<T>(a);
  for (let i = 0; i < a.length; i++) a[i] = <T>(a[i] * b);
}

/** The elements by a number. Integers lose their fraction, and cannot be divided by zero. */
export function divideNumber<T extends number>(a: T[], b: T): T[] {
  const result = a.slice();
  divideNumberInPlace<T>(result, b);
  return result;
}

/** Divides each element by a number. Integers lose their fraction, and cannot be divided by zero. */
export function divideNumberInPlace<T extends number>(a: T[], b: T): void {
  requireElements<T>(a);
  for (let i = 0; i < a.length; i++) a[i] = <T>(a[i] / b);
}

/** The sum of the products of elements. */
export function dot<T extends number>(a: T[], b: T[]): T {
  requireSameLength<T>(a, b);
  let result: f64 = 0;
  for (let i = 0; i < a.length; i++) result += <f64>(<T>(a[i] * b[i]));
  return <T>result;
}

// The square of an element. That of an integer may be larger than its type.
function square<T extends number>(a: T): f64 {
  return isFloat<T>() ? <f64>(<T>(a * a)) : <f64>a * <f64>a;
}

/** The length of the vector in space. */
export function magnitude<T extends number>(a: T[]): T {
  requireElements<T>(a);
  let squares: f64 = 0;
  for (let i = 0; i < a.length; i++) squares += square<T>(a[i]);
  // The dot product is a number of the type, too.
  return <T>Math.sqrt(isFloat<T>() ? <f64>(<T>squares) : squares);
}

/** The vector of length 1 in the same direction; of integers only what is left of it without fractions. */
export function normalize<T extends number>(a: T[]): T[] {
  return divideNumber<T>(a, magnitude<T>(a));
}

export function sum<T extends number>(a: T[]): T {
  return <T>total<T>(a);
}

function total<T extends number>(a: T[]): f64 {
  requireElements<T>(a);
  let result: f64 = 0;
  for (let i = 0; i < a.length; i++) result += <f64>a[i];
  return result;
}

export function product<T extends number>(a: T[]): T {
  requireElements<T>(a);
  let result: f64 = 1;
  for (let i = 0; i < a.length; i++) result *= <f64>a[i];
  return <T>result;
}

/** The arithmetic mean. */
export function mean<T extends number>(a: T[]): T {
  const sum = total<T>(a);
  if (isFloat<T>()) return <T>((<T>sum) / <T>a.length);
  return isSigned<T>() ? <T>(<i64>sum / <i64>a.length) : <T>(<u64>sum / <u64>a.length);
}

/** The least element. */
export function min<T extends number>(a: T[]): T {
  requireElements<T>(a);
  let result = a[0];
  for (let i = 1; i < a.length; i++) if (a[i] < result) result = a[i];
  return result;
}

/** The greatest element. */
export function max<T extends number>(a: T[]): T {
  requireElements<T>(a);
  let result = a[0];
  for (let i = 1; i < a.length; i++) if (a[i] > result) result = a[i];
  return result;
}

/** The elements without their signs. */
export function abs<T extends number>(a: T[]): T[] {
  const result = a.slice();
  absInPlace<T>(result);
  return result;
}

/** Takes the signs of the elements away. */
export function absInPlace<T extends number>(a: T[]): void {
  requireElements<T>(a);
  for (let i = 0; i < a.length; i++) if (a[i] < <T>0) a[i] = <T>-a[i];
}

/** How far two points are from each other. */
export function euclidianDistance<T extends number>(a: T[], b: T[]): f64 {
  requireSameLength<T>(a, b);
  let squares: f64 = 0;
  for (let i = 0; i < a.length; i++) {
    if (isFloat<T>()) {
      squares += square<T>(<T>(a[i] - b[i]));
    } else {
      const difference = <f64>a[i] - <f64>b[i];
      squares += difference * difference;
    }
  }
  return Math.sqrt(squares);
}
