// Bytes as latin1 strings (one character = one byte) and back. TextDecoder's "latin1" is windows-1252 and will not do.

const PIECE = 4096;

/** The string of `length` bytes at `at`. */
export function latin1Text(bytes: Uint8Array, at: number, length: number): string {
  if (length <= PIECE) return String.fromCharCode.apply(null, byteArray(bytes, at, length));
  let text = '';
  for (let from = 0; from < length; from += PIECE) {
    text += latin1Text(bytes, at + from, Math.min(PIECE, length - from));
  }
  return text;
}

/** Writes characters [from, from + count) of a latin1 string at `at`. RangeError when one is not a byte. */
export function putLatin1(bytes: Uint8Array, at: number, text: string, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const code = text.charCodeAt(from + i);
    if (code > 0xff) throw new RangeError(`character ${code} of a byte string is not a byte`);
    bytes[at + i] = code;
  }
}

/** The view is an array of numbers to `apply`; the signature of lib.es5 asks for a real one. */
function byteArray(bytes: Uint8Array, at: number, length: number): number[] {
  return bytes.subarray(at, at + length) as unknown as number[];
}
