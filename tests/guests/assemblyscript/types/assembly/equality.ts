// Deep equality in the guest's own terms, and builders that leave traces: views with an offset, tables with deletions.

/** Whether two values of one type are the same; floats by their bits. */
export function same<T>(a: T, b: T): bool {
  if (isReference<T>()) {
    if (!changetype<usize>(a) || !changetype<usize>(b)) return changetype<usize>(a) == changetype<usize>(b);
    return sameReference(changetype<NonNullable<T>>(a), changetype<NonNullable<T>>(b));
  }
  if (isFloat<T>()) {
    if (sizeof<T>() == 4) return reinterpret<u32>(<f32>a) == reinterpret<u32>(<f32>b);
    return reinterpret<u64>(<f64>a) == reinterpret<u64>(<f64>b);
  }
  return a == b;
}

function sameReference<T>(a: T, b: T): bool {
  if (isString<T>()) return a == b;
  // @ts-ignore: decided when compiled
  if (a instanceof Date) return a.getTime() == b.getTime() && a.getUTCFullYear() == b.getUTCFullYear() && a.getUTCDate() == b.getUTCDate();
  if (a instanceof ArrayBuffer) {
    // @ts-ignore: decided when compiled
    return a.byteLength == b.byteLength && memory.compare(changetype<usize>(a), changetype<usize>(b), a.byteLength) == 0;
  }
  // @ts-ignore: decided when compiled
  if (a instanceof Map) return sameMap(a, b);
  // @ts-ignore: decided when compiled
  if (a instanceof Set) return sameSet(a, b);
  if (isArrayLike<T>()) {
    // @ts-ignore: decided when compiled
    if (a.length != b.length) return false;
    // @ts-ignore: decided when compiled
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  // @ts-ignore: every other class has the method
  return a.equals(b);
}

/** Same entries in the same order, found by their keys; then the first map is written to. */
function sameMap<M>(a: M, b: M): bool {
  if (!sameEntries(a, b)) return false;
  // @ts-ignore: decided when compiled
  const keys = b.keys();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    // @ts-ignore: decided when compiled
    if (!a.has(key) || !same(a.get(key), b.get(key))) return false;
  }
  return sameAfterWriting(a, b);
}

/** Takes every key out of the first map and puts it back: the entries move behind deleted ones. */
function sameAfterWriting<M>(a: M, b: M): bool {
  // @ts-ignore: decided when compiled
  const keys = b.keys();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      // @ts-ignore: decided when compiled
      const value = a.get(key);
      // @ts-ignore: decided when compiled
      if (!a.delete(key) || a.has(key) || a.size != b.size - 1) return false;
      // @ts-ignore: decided when compiled
      a.set(key, value);
    }
  }
  return sameEntries(a, b);
}

/** Same keys and values in the same order, whatever their identity. */
export function sameEntries<M>(a: M, b: M): bool {
  // @ts-ignore: decided when compiled
  return a.size == b.size && same(a.keys(), b.keys()) && same(a.values(), b.values());
}

function sameSet<S>(a: S, b: S): bool {
  if (!sameItems(a, b)) return false;
  // @ts-ignore: decided when compiled
  const items = b.values();
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    // @ts-ignore: decided when compiled
    if (!a.has(item) || !a.delete(item) || a.has(item) || a.size != b.size - 1) return false;
    // @ts-ignore: decided when compiled
    a.add(item);
  }
  return sameItems(a, b);
}

/** Same items in the same order, whatever their identity. */
export function sameItems<S>(a: S, b: S): bool {
  // @ts-ignore: decided when compiled
  return a.size == b.size && same(a.values(), b.values());
}

/** A map in which the first entry was deleted and written again, so that a deleted one lies in front. */
export function mapOf<K, V>(keys: K[], values: V[]): Map<K, V> {
  const map = new Map<K, V>();
  map.set(keys[0], values[0]);
  map.delete(keys[0]);
  for (let i = 0; i < keys.length; i++) map.set(keys[i], values[i]);
  return map;
}

/** A set in which an item was deleted. */
export function setOf<T>(items: T[]): Set<T> {
  const set = new Set<T>();
  set.add(items[0]);
  set.delete(items[0]);
  for (let i = 0; i < items.length; i++) set.add(items[i]);
  return set;
}

/** A view that neither begins nor ends where its buffer does. */
export function view<V, T>(items: T[]): V {
  // @ts-ignore: decided when compiled
  const whole = instantiate<V>(items.length + 2);
  // @ts-ignore: decided when compiled
  for (let i = 0; i < items.length; i++) whole[i + 1] = items[i];
  // @ts-ignore: decided when compiled
  return whole.subarray(1, items.length + 1);
}

export function bufferOf(bytes: u8[]): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes.length);
  for (let i = 0; i < bytes.length; i++) store<u8>(changetype<usize>(buffer) + i, bytes[i]);
  return buffer;
}
