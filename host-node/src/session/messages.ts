// Codes of multiplexed frames (docs/protocol/01-session.md §8.4).

export const MSG_DATA = 0;
export const MSG_ERROR_XFER = 1;
export const MSG_INFO = 2;
export const MSG_ERROR = 3;
export const MSG_WARNING = 4;
export const MSG_IO_ERROR = 22;
export const MSG_IO_TIMEOUT = 33;
export const MSG_ERROR_EXIT = 86;
export const MSG_SUCCESS = 100;
export const MSG_DELETED = 101;
export const MSG_NO_SEND = 102;

/** The payload of a message that is one number: 4 bytes, little-endian. */
export function intPayload(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}
