// Between JavaScript's UTF-16 strings and the engine's byte strings (latin1: one char = one byte).

const encoder = new TextEncoder();

/** The UTF-8 bytes of `text` as a latin1 string. */
export function byteString(text: string): string {
  let ascii = true;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) {
      ascii = false;
      break;
    }
  }
  if (ascii) return text;
  const bytes = encoder.encode(text);
  let result = '';
  for (const byte of bytes) result += String.fromCharCode(byte);
  return result;
}

/** Words of a command line as Node gives them (`process.argv.slice(2)`) as byte strings, ready for parseArguments. */
export function byteStrings(words: readonly string[]): string[] {
  return words.map(byteString);
}
