// Each value crosses to a host function that answers it, and back.

// @ts-ignore: decorator
@external("modus_test", "echoString")
declare function hostEchoString(v: string): string;
export function viaHostString(v: string): string {
  return hostEchoString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableString")
declare function hostEchoNullableString(v: string | null): string | null;
export function viaHostNullableString(v: string | null): string | null {
  return hostEchoNullableString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayBuffer")
declare function hostEchoArrayBuffer(v: ArrayBuffer): ArrayBuffer;
export function viaHostArrayBuffer(v: ArrayBuffer): ArrayBuffer {
  return hostEchoArrayBuffer(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableArrayBuffer")
declare function hostEchoNullableArrayBuffer(v: ArrayBuffer | null): ArrayBuffer | null;
export function viaHostNullableArrayBuffer(v: ArrayBuffer | null): ArrayBuffer | null {
  return hostEchoNullableArrayBuffer(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoInt8Array")
declare function hostEchoInt8Array(v: Int8Array): Int8Array;
export function viaHostInt8Array(v: Int8Array): Int8Array {
  return hostEchoInt8Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoUint8Array")
declare function hostEchoUint8Array(v: Uint8Array): Uint8Array;
export function viaHostUint8Array(v: Uint8Array): Uint8Array {
  return hostEchoUint8Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoUint8ClampedArray")
declare function hostEchoUint8ClampedArray(v: Uint8ClampedArray): Uint8ClampedArray;
export function viaHostUint8ClampedArray(v: Uint8ClampedArray): Uint8ClampedArray {
  return hostEchoUint8ClampedArray(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoInt16Array")
declare function hostEchoInt16Array(v: Int16Array): Int16Array;
export function viaHostInt16Array(v: Int16Array): Int16Array {
  return hostEchoInt16Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoUint16Array")
declare function hostEchoUint16Array(v: Uint16Array): Uint16Array;
export function viaHostUint16Array(v: Uint16Array): Uint16Array {
  return hostEchoUint16Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoInt32Array")
declare function hostEchoInt32Array(v: Int32Array): Int32Array;
export function viaHostInt32Array(v: Int32Array): Int32Array {
  return hostEchoInt32Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoUint32Array")
declare function hostEchoUint32Array(v: Uint32Array): Uint32Array;
export function viaHostUint32Array(v: Uint32Array): Uint32Array {
  return hostEchoUint32Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoInt64Array")
declare function hostEchoInt64Array(v: Int64Array): Int64Array;
export function viaHostInt64Array(v: Int64Array): Int64Array {
  return hostEchoInt64Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoUint64Array")
declare function hostEchoUint64Array(v: Uint64Array): Uint64Array;
export function viaHostUint64Array(v: Uint64Array): Uint64Array {
  return hostEchoUint64Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoFloat32Array")
declare function hostEchoFloat32Array(v: Float32Array): Float32Array;
export function viaHostFloat32Array(v: Float32Array): Float32Array {
  return hostEchoFloat32Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoFloat64Array")
declare function hostEchoFloat64Array(v: Float64Array): Float64Array;
export function viaHostFloat64Array(v: Float64Array): Float64Array {
  return hostEchoFloat64Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableFloat32Array")
declare function hostEchoNullableFloat32Array(v: Float32Array | null): Float32Array | null;
export function viaHostNullableFloat32Array(v: Float32Array | null): Float32Array | null {
  return hostEchoNullableFloat32Array(v);
}
